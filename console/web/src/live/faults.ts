/** Faults: what stands still, why the picture may be old, and since when: pure functions of what is known. */

import type { Status } from "../api/client.ts";

/** Worst first: the banner shows the first, and how many more there are. */
export const KINDS = [
  "connection", "reading", "ticks", "stage", "canary", "unreadable", "audit", "sound", "session", "clock", "cameras",
] as const;
export type Kind = (typeof KINDS)[number];
/** One thing that the page must say of itself. `since` in ms since 1970, null where nobody knows. */
export type Fault = { kind: Kind; since: number | null; stage?: string; number?: number; total?: number };

/** What a picture may be old by before the page says so: no pulse (s), the room's time (s), a stage (s). */
export const NO_STATUS_S = 5;
export const TICKS_S = 15;
export const STAGE_S = 10;

/** The stage that chains what people do: no alert goes through it, so the list is of now while it stands still. */
const AUDIT = "audit";

export type Known = {
  /** The server's time (ms). */
  now: number;
  /** When the last pulse came, in the server's time (ms); null before the first. */
  statusAt: number | null;
  /** Since when the page is open (ms): until a first pulse can be expected. */
  begun: number;
  status: Status | null;
  soundRuns: boolean;
  skewMs: number;
  skewLimitMs: number;
  sessionUntil: number | null;
};

const at = (moment: string | null): number | null => (moment === null ? null : Date.parse(moment));

export function faultsOf(known: Known): Fault[] {
  const { now, status } = known;
  const found: Fault[] = [];
  const pulse = known.statusAt ?? known.begun;
  if (now - pulse > NO_STATUS_S * 1_000) found.push({ kind: "connection", since: known.statusAt });
  if (status !== null) {
    if (!status.reading) found.push({ kind: "reading", since: at(status.ticks_at) });
    const ticks = at(status.ticks_at);
    const server = Date.parse(status.server_at);
    if (ticks === null || server - ticks > TICKS_S * 1_000) found.push({ kind: "ticks", since: ticks });
    for (const each of [...status.stages].sort((a, b) => b.behind_s - a.behind_s)) {
      const late = each.stands_still || each.behind_s > STAGE_S;
      if (late) found.push({ kind: each.stage === AUDIT ? "audit" : "stage", since: at(each.newest_at), stage: each.stage });
    }
    if (status.canary_late) found.push({ kind: "canary", since: at(status.canary_at) });
    if (status.unreadable) found.push({ kind: "unreadable", since: at(status.unreadable.since), number: status.unreadable.count });
    const blind = status.cameras_total - status.cameras_able;
    if (blind > 0) found.push({ kind: "cameras", since: null, number: blind, total: status.cameras_total });
  }
  if (!known.soundRuns) found.push({ kind: "sound", since: null });
  if (known.sessionUntil !== null && known.sessionUntil - now < 10 * 60_000) found.push({ kind: "session", since: known.sessionUntil });
  if (Math.abs(known.skewMs) >= known.skewLimitMs) found.push({ kind: "clock", since: null, number: known.skewMs });
  return found.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

const OLD: ReadonlySet<Kind> = new Set(["connection", "reading", "ticks", "stage", "canary"]);
/** Whether what is shown may be old. */
export const isOld = (faults: readonly Fault[]): boolean => faults.some((each) => OLD.has(each.kind));
/** Whether an empty list may say nothing: the picture is old, or single alerts are not as they are shown. */
export const isDoubtful = (faults: readonly Fault[]): boolean => isOld(faults) || faults.some((each) => each.kind === "unreadable");
