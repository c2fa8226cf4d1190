/**
 * Acts: each action of this browser from the key to its answer. A pure machine: events in, a new state and effects out; time is
 * an argument (ms of the page's steady clock). docs/console.md § 3, "Undo" and "Acting".
 *
 *   counting ──5 s──▶ sending ──decision──▶ done / refused
 *      │ z               │ 5 s: late, sent again with the same id; no connection: waiting, 30 s: asks
 *      ▼                 ▼ session ended: login, sent after it
 *   dropped            (nothing is done twice: the server knows the id)
 */
import type { Decision, Schemas } from "../api/client.ts";

export type ActionAsked = Schemas["ActionAsked"];

export const COUNT_MS = 5_000;
export const ANSWER_MS = 5_000;
export const WAIT_MS = 30_000;
/** How long what ended stays to be read; a refusal stays until somebody dismisses it or acts again. */
export const DONE_MS = 6_000;
/** How long `z` undoes what was sent already. */
export const UNDO_MS = 15_000;

export type Phase = "counting" | "sending" | "late" | "waiting" | "login" | "asks" | "done" | "refused" | "dropped";

/** What wait in the page before they are sent, since the server has no way back from them. */
const COUNTED: ReadonlySet<string> = new Set(["close", "false_alarm", "merge", "split"]);
const INVERSE: Readonly<Record<string, "release" | "unshelve">> = { acknowledge: "release", assign: "release", shelve: "unshelve" };
const OPEN: ReadonlySet<Phase> = new Set(["counting", "sending", "late", "waiting", "login", "asks"]);

export interface Refusal {
  readonly code: string;
  readonly text: string;
  readonly values: Readonly<Record<string, string | number>>;
}

export interface Act {
  readonly asked: ActionAsked;
  /** Acts that one key began: they count down, are dropped and are told together. */
  readonly batch: string;
  readonly phase: Phase;
  /** Since when it is in its phase. */
  readonly since: number;
  /** Since when it is on its way without an answer: after the count-down, or when a person sent it again. */
  readonly outAt: number;
  readonly sentAt: number;
  readonly refusal: Refusal | null;
  /** Whether a person took it back before its answer came: its inverse follows when it is done. */
  readonly takenBack: boolean;
}

export interface Acts {
  readonly list: readonly Act[];
  readonly connected: boolean;
}

export const NONE: Acts = { list: [], connected: true };

export type Event =
  | { readonly type: "begin"; readonly asked: readonly ActionAsked[]; readonly batch: string }
  | { readonly type: "decision"; readonly decision: Decision }
  | { readonly type: "unreachable"; readonly id: string }
  | { readonly type: "session"; readonly id: string }
  | { readonly type: "problem"; readonly id: string; readonly refusal: Refusal }
  | { readonly type: "connected"; readonly on: boolean }
  | { readonly type: "login" }
  | { readonly type: "undo"; readonly batch?: string }
  | { readonly type: "again"; readonly batch: string }
  | { readonly type: "dismiss"; readonly batch: string }
  | { readonly type: "leave" }
  | { readonly type: "tick" };

export type Effect =
  | { readonly type: "send"; readonly asked: ActionAsked; readonly leaving: boolean }
  /** Ask for what takes these back, with the revision that is newest then. */
  | { readonly type: "invert"; readonly action: "release" | "unshelve"; readonly alerts: readonly string[] };

export interface Step {
  readonly acts: Acts;
  readonly effects: readonly Effect[];
}

/** Return what an event makes of the acts, and what is to be done outside. */
export function step(acts: Acts, event: Event, now: number): Step {
  switch (event.type) {
    case "begin":
      return begun(acts, event.asked, event.batch, now);
    case "decision":
      return decided(acts, event.decision, now);
    case "unreachable":
      return changed(acts, (act) => (act.asked.action_id === event.id && onItsWay(act) ? to(act, "waiting", now) : act));
    case "session":
      return changed(acts, (act) => (act.asked.action_id === event.id && isOpen(act) ? to(act, "login", now) : act));
    case "problem":
      return changed(acts, (act) => (act.asked.action_id === event.id && isOpen(act) ? refused(act, event.refusal, now) : act));
    case "connected":
      return event.on ? sent({ ...acts, connected: true }, (act) => act.phase === "waiting", now) : still({ ...acts, connected: false });
    case "login":
      return sent(acts, (act) => act.phase === "login", now);
    case "undo":
      return undone(acts, event.batch, now);
    case "again":
      return sent(acts, (act) => act.batch === event.batch && act.phase === "asks", now);
    case "dismiss":
      return still({ ...acts, list: acts.list.filter((act) => act.batch !== event.batch || (isOpen(act) && act.phase !== "asks")) });
    case "leave":
      return sent(acts, (act) => act.phase === "counting", now, true);
    case "tick":
      return passed(acts, now);
  }
}

/** Return whether an act has no end yet. */
export function isOpen(act: Act): boolean {
  return OPEN.has(act.phase);
}

/** Return the newest act on an alert that has no end yet: what its row shows. */
export function pendingOn(acts: Acts, alert: string): Act | null {
  return acts.list.findLast((act) => act.asked.alert_id === alert && isOpen(act)) ?? null;
}

/** Return when the machine next needs a tick (ms), or null where nothing waits for time. */
export function nextAt(acts: Acts): number | null {
  const times = acts.list.flatMap((act) => dueAt(act) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** Return whether `z` has something to take back. */
export function canUndo(acts: Acts, now: number): boolean {
  return lastUndoable(acts, now) !== null;
}

function begun(acts: Acts, asked: readonly ActionAsked[], batch: string, now: number): Step {
  const first = sent(acts, (act) => act.phase === "counting", now); // another action sends what counts down
  const kept = first.acts.list.filter((act) => isOpen(act) || act.phase === "done");
  const fresh = asked.filter((each) => !kept.some((act) => isOpen(act) && sameAsked(act.asked, each)));
  const step = add({ ...first.acts, list: kept }, fresh, batch, now);
  return { acts: step.acts, effects: [...first.effects, ...step.effects] };
}

function add(acts: Acts, asked: readonly ActionAsked[], batch: string, now: number): Step {
  const list = asked.map((each) => made(each, batch, now));
  const all = { ...acts, list: [...acts.list, ...list] };
  return sent(all, (act) => list.includes(act) && act.phase === "sending", now);
}

function made(asked: ActionAsked, batch: string, now: number): Act {
  const phase = COUNTED.has(asked.action) ? "counting" : "sending";
  return { asked, batch, phase, since: now, outAt: now, sentAt: now, refusal: null, takenBack: false };
}

/** Return whether two values of a field are the same; whom to ask is a list, and lists are by what is in them. */
function same(one: unknown, other: unknown): boolean {
  return one === other || (Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((each, place) => each === other[place]));
}

function sameAsked(one: ActionAsked, other: ActionAsked): boolean {
  const { action_id: _one, seen_revision: _seen, ...what } = one;
  return Object.entries(what).every(([name, value]) => same(other[name as keyof ActionAsked] ?? null, value ?? null));
}

function decided(acts: Acts, decision: Decision, now: number): Step {
  if (decision.state === "pending") return still(acts);
  const effects: Effect[] = [];
  const list = acts.list.map((act) => {
    if (act.asked.action_id !== decision.action_id || !isOpen(act)) return act;
    if (decision.state === "refused") return refused(act, { code: decision.code, text: decision.refused, values: decision.values }, now);
    const action = INVERSE[act.asked.action];
    if (act.takenBack && action !== undefined) effects.push({ type: "invert", action, alerts: [act.asked.alert_id] });
    return to(act, "done", now);
  });
  return { acts: { ...acts, list }, effects };
}

function undone(acts: Acts, batch: string | undefined, now: number): Step {
  const last = lastUndoable(acts, now, batch);
  if (last === null) return still(acts);
  if (last.phase === "counting") return changed(acts, (act) => (act.batch === last.batch && act.phase === "counting" ? to(act, "dropped", now) : act));
  const action = INVERSE[last.asked.action];
  const alerts = acts.list.filter((act) => act.batch === last.batch && act.phase === "done" && !act.takenBack).map((act) => act.asked.alert_id);
  const list = acts.list.map((act) => (act.batch === last.batch ? { ...act, takenBack: true } : act));
  const effects: Effect[] = action === undefined || alerts.length === 0 ? [] : [{ type: "invert", action, alerts }];
  return { acts: { ...acts, list }, effects };
}

function lastUndoable(acts: Acts, now: number, batch?: string): Act | null {
  const open = (act: Act): boolean =>
    act.phase === "counting" || (INVERSE[act.asked.action] !== undefined && !act.takenBack && (onItsWay(act) || (act.phase === "done" && now - act.since <= UNDO_MS)));
  return acts.list.findLast((act) => (batch === undefined || act.batch === batch) && open(act)) ?? null;
}

function passed(acts: Acts, now: number): Step {
  const due = (act: Act): boolean => {
    const at = dueAt(act);
    return at !== null && at <= now;
  };
  const counted = sent(acts, (act) => act.phase === "counting" && due(act), now);
  const effects: Effect[] = [...counted.effects];
  const list = counted.acts.list.flatMap((act) => {
    if (!due(act)) return [act];
    if (act.phase === "done" || act.phase === "dropped") return [];
    if (now - act.outAt >= WAIT_MS) return [to(act, "asks", now)];
    if (!acts.connected) return [{ ...to(act, "waiting", now), sentAt: now }];
    effects.push({ type: "send", asked: act.asked, leaving: false });
    return [{ ...to(act, "late", now), sentAt: now }];
  });
  return { acts: { ...counted.acts, list }, effects };
}

function dueAt(act: Act): number | null {
  switch (act.phase) {
    case "counting":
      return act.since + COUNT_MS;
    case "sending":
    case "late":
    case "waiting":
      return Math.min(act.sentAt + ANSWER_MS, act.outAt + WAIT_MS);
    case "done":
      return act.since + (INVERSE[act.asked.action] !== undefined && !act.takenBack ? UNDO_MS : DONE_MS);
    case "dropped":
      return act.since + DONE_MS;
    default:
      return null;
  }
}

function sent(acts: Acts, which: (act: Act) => boolean, now: number, leaving = false): Step {
  const effects: Effect[] = [];
  const list = acts.list.map((act) => {
    if (!which(act)) return act;
    const out = { ...act, since: now, outAt: act.phase === "waiting" ? act.outAt : now, sentAt: now };
    if (!acts.connected && !leaving) return { ...out, phase: "waiting" as const };
    effects.push({ type: "send", asked: act.asked, leaving });
    return { ...out, phase: "sending" as const };
  });
  return { acts: { ...acts, list }, effects };
}

function onItsWay(act: Act): boolean {
  return act.phase === "sending" || act.phase === "late" || act.phase === "waiting";
}

function to(act: Act, phase: Phase, now: number): Act {
  return { ...act, phase, since: now };
}

function refused(act: Act, refusal: Refusal, now: number): Act {
  return { ...to(act, "refused", now), refusal };
}

function changed(acts: Acts, change: (act: Act) => Act): Step {
  return still({ ...acts, list: acts.list.map(change) });
}

function still(acts: Acts): Step {
  return { acts, effects: [] };
}
