/** Store: what the page knows of one room. Plain TypeScript: map by id, sorted arrays, one notification per frame.
 *
 * The newest offset of an alert wins, whatever the order of arrival; ids of what ended are kept, so that a late row brings none
 * back. Components see `version`, and ask for the rows that they show. */

import type { CameraNow, Decision, Priority, Row, Status, ZoneNow } from "../api/client.ts";
import { asideOrder, endedOrder, listOrder, Sorted } from "./order.ts";

/** An event of the stream, as it came. */
export type StreamEvent = { name: string; id: string; data: unknown };
/** Told at once, not per frame: what an alert was and is, for sound and title. `loading` where it comes from the list. */
export type Heard = (row: Row, before: Row | undefined, loading: boolean) => void;

const ENDED = new Set<Row["state"]>(["closed", "cancelled", "expired"]);
const ASIDE = new Set<Row["state"]>(["shelved", "suppressed"]);
/** How many ended rows are shown, ended ids known and decisions kept: more than a night has. */
const ENDED_ROWS = 2_000;
const ENDED_IDS = 50_000;
const DECISIONS = 1_000;
export const PRIORITIES: readonly Priority[] = ["P1", "P2", "P3", "P4"];

export const hasEnded = (row: Row): boolean => ENDED.has(row.state);
export const isAside = (row: Row): boolean => ASIDE.has(row.state);
export const isNew = (row: Row): boolean => row.listed && row.state === "new";
/** Whether an alert asks for somebody: it is new on the list, and nobody has it; or its name did not come to it in time: a name
 * that was put on a P1 does not keep it from escalating, only taking it in hand does. */
export const isUnanswered = (row: Row): boolean => isNew(row) && (row.handled_by === null || row.escalated_at !== null);

/** Return the `alert-state` offset of an event's id, `<alert-state offset>.<decision-log offset>`; −1 where it has none. */
export function offsetOf(position: string): number {
  const offset = Number.parseInt(position, 10);
  return Number.isSafeInteger(offset) ? offset : -1;
}

export class Store {
  #rows = new Map<string, Row>();
  #listed = new Sorted(listOrder);
  #aside = new Sorted(asideOrder);
  #ended = new Sorted(endedOrder);
  #endedIds = new Map<string, number>();
  #under = new Map<string, Set<string>>();
  #decisions = new Map<string, Decision>();
  #cameras = new Map<string, CameraNow>();
  #zones = new Map<string, ZoneNow>();
  #status: Status | null = null;
  #position = "";
  #fresh: { version: number; counts: Record<Priority, number> } | null = null;
  #loading: Set<string> | null = null;
  #loaded = false;
  #listeners = new Set<() => void>();
  #heard = new Set<Heard>();
  #version = 0;
  #waiting = false;
  /** How many rows came in over the stream. */
  changes = 0;

  /** @param frame Calls a function with the next frame; a hidden window has none, and needs none. */
  constructor(readonly frame: (then: () => void) => void = (then) => requestAnimationFrame(then)) {}

  /** Counts each change; it is another number whenever anything is. */
  get version(): number {
    return this.#version;
  }
  /** Open alerts in the list's order: the live array, copy it to hold it. */
  get listed(): readonly Row[] {
    return this.#listed.items;
  }
  /** Put aside or held back by a person or a plan; what comes back first stands first. */
  get aside(): readonly Row[] {
    return this.#aside.items;
  }
  /** Ended in the last 24 h, the newest first. */
  get ended(): readonly Row[] {
    return this.#ended.items;
  }
  /** The newest event id: where the stream goes on. */
  get position(): string {
    return this.#position;
  }
  get status(): Status | null {
    return this.#status;
  }
  /** Whether the whole list was read. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get cameras(): ReadonlyMap<string, CameraNow> {
    return this.#cameras;
  }
  get zones(): ReadonlyMap<string, ZoneNow> {
    return this.#zones;
  }
  /** How many alerts of each priority are new on the list; those under a summary that stands there are told by it. */
  get fresh(): Readonly<Record<Priority, number>> {
    if (this.#fresh?.version !== this.#version) this.#fresh = { version: this.#version, counts: this.#counted() };
    return this.#fresh.counts;
  }
  get size(): number {
    return this.#rows.size;
  }

  row(id: string): Row | undefined {
    return this.#rows.get(id);
  }
  camera(id: string): CameraNow | undefined {
    return this.#cameras.get(id);
  }
  zone(id: string): ZoneNow | undefined {
    return this.#zones.get(id);
  }
  decision(actionId: string): Decision | undefined {
    return this.#decisions.get(actionId);
  }
  /** Alerts that stand under a summary or under a cause, in the list's order. */
  under(id: string): Row[] {
    const rows = [...(this.#under.get(id) ?? [])].flatMap((each) => this.#rows.get(each) ?? []);
    return rows.sort(listOrder);
  }
  /** P1 on the list that nobody has, in the list's order. */
  unanswered(): Row[] {
    const found: Row[] = [];
    for (const row of this.#listed.items) {
      if (row.priority !== "P1") break;
      if (isUnanswered(row)) found.push(row);
    }
    return found;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** Be told of each row at once: in a hidden window too. */
  hear(heard: Heard): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  /** Take one event of the stream. */
  take(event: StreamEvent): void {
    if (offsetOf(event.id) >= 0) this.#position = event.id;
    switch (event.name) {
      case "alert":
        this.changes += 1;
        this.#put(event.data as Row, false);
        break;
      case "decision":
        this.decide(event.data as Decision);
        break;
      case "camera":
        this.#cameras.set((event.data as CameraNow).camera_id, event.data as CameraNow);
        break;
      case "zone":
        this.#zones.set((event.data as ZoneNow).zone_id, event.data as ZoneNow);
        break;
      case "status":
        this.#status = event.data as Status;
        break;
    }
    this.#changed();
  }

  /** Take a decision, also one that was the answer to a request. */
  decide(decision: Decision): void {
    const before = this.#decisions.get(decision.action_id);
    if (before !== undefined && before.state !== "pending") return;
    this.#decisions.delete(decision.action_id);
    this.#decisions.set(decision.action_id, decision);
    forgetOldest(this.#decisions, DECISIONS);
    this.#changed();
  }

  takeCameras(cameras: readonly CameraNow[]): void {
    this.#cameras = new Map(cameras.map((each) => [each.camera_id, each]));
    this.#changed();
  }
  takeZones(zones: readonly ZoneNow[]): void {
    this.#zones = new Map(zones.map((each) => [each.zone_id, each]));
    this.#changed();
  }

  /** Take the whole list, some rows at a time. What the list no longer has, and no newer event brought, is gone afterwards.
   *
   * @param position Where the list was read: rows up to its offset are in it. */
  async load(parts: AsyncIterable<readonly Row[]>, position: string, progress?: (rows: number) => void): Promise<void> {
    const seen = new Set<string>();
    this.#loading = seen;
    for await (const rows of parts) {
      if (this.#loading !== seen) return; // a newer loading took over
      this.#putAll(rows, seen);
      progress?.(seen.size);
      this.#changed();
    }
    if (this.#loading !== seen) return;
    const until = offsetOf(position);
    for (const row of [...this.#rows.values()]) if (!seen.has(row.id) && row.offset <= until && !hasEnded(row)) this.#drop(row);
    if (offsetOf(this.#position) < until) this.#position = position;
    this.#loading = null;
    this.#loaded = true;
    this.#changed();
  }

  /** Begin anew: the topic has other offsets, and no comparison with what was known means anything. */
  restart(): void {
    for (const each of [this.#rows, this.#endedIds, this.#under]) each.clear();
    for (const each of [this.#listed, this.#aside, this.#ended]) each.clear();
    this.#position = "";
    this.#loaded = false;
    this.#changed();
  }

  /** Forget rows that ended before a moment (RFC 3339); their ids stay known. */
  forgetEnded(before: string): void {
    const items = this.#ended.items;
    while (items.length > 0 && (items[items.length - 1] as Row).changed_at < before) this.#drop(items[items.length - 1] as Row);
  }

  /** Many rows of a list: those that are new and open are sorted in at once. */
  #putAll(rows: readonly Row[], seen: Set<string>): void {
    const fresh: Row[] = [];
    for (const row of rows) {
      seen.add(row.id);
      if (row.listed && !this.#rows.has(row.id) && !this.#endedIds.has(row.id)) fresh.push(row);
      else this.#put(row, true);
    }
    const unique = new Map(fresh.map((row) => [row.id, row]));
    this.#listed.addAll([...unique.values()]);
    for (const row of unique.values()) this.#enter(row);
    for (const row of unique.values()) this.#tell(row, undefined, true);
  }

  #put(row: Row, loading: boolean): void {
    const before = this.#rows.get(row.id);
    const known = before?.offset ?? this.#endedIds.get(row.id) ?? -1;
    if (row.offset <= known) return;
    const from = before === undefined ? null : this.#arrayOf(before);
    const to = this.#arrayOf(row);
    if (before !== undefined) this.#leave(before);
    if (from !== null && from === to) from.replace(before as Row, row);
    else {
      from?.remove(before as Row);
      to?.add(row);
    }
    this.#enter(row);
    if (this.#ended.items.length > ENDED_ROWS) this.#drop(this.#ended.items[ENDED_ROWS] as Row);
    this.#tell(row, before, loading);
  }

  #counted(): Record<Priority, number> {
    const counts = { P1: 0, P2: 0, P3: 0, P4: 0 };
    for (const row of this.#listed.items) {
      const grouped = row.grouped_under !== null && this.#rows.get(row.grouped_under)?.listed === true;
      if (row.state === "new" && !grouped) counts[row.priority] += 1;
    }
    return counts;
  }

  #arrayOf(row: Row): Sorted<Row> | null {
    if (row.listed) return this.#listed;
    if (hasEnded(row)) return this.#ended;
    return isAside(row) ? this.#aside : null;
  }

  #enter(row: Row): void {
    this.#rows.set(row.id, row);
    const parent = row.grouped_under ?? row.under_cause;
    if (parent !== null && parent !== undefined && !hasEnded(row)) {
      const under = this.#under.get(parent) ?? new Set();
      this.#under.set(parent, under.add(row.id));
    }
    if (hasEnded(row)) {
      this.#endedIds.delete(row.id);
      this.#endedIds.set(row.id, row.offset);
      forgetOldest(this.#endedIds, ENDED_IDS);
    } else this.#endedIds.delete(row.id);
  }

  #leave(row: Row): void {
    const parent = row.grouped_under ?? row.under_cause;
    const under = parent === null || parent === undefined ? undefined : this.#under.get(parent);
    if (under?.delete(row.id) && under.size === 0) this.#under.delete(parent as string);
  }

  #drop(row: Row): void {
    this.#arrayOf(row)?.remove(row);
    this.#leave(row);
    this.#rows.delete(row.id);
  }

  #tell(row: Row, before: Row | undefined, loading: boolean): void {
    for (const heard of this.#heard) heard(row, before, loading);
  }

  #changed(): void {
    this.#version += 1;
    if (this.#waiting) return;
    this.#waiting = true;
    this.frame(() => {
      this.#waiting = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  while (map.size > most) {
    const oldest = map.keys().next();
    if (oldest.done) return;
    map.delete(oldest.value);
  }
}
