/** Told: acts as lines that a person reads: what was asked, how it stands, why it was refused, and what can be done now. */
import type { Row } from "../api/client.ts";
import { t, time, word } from "../words/words.ts";
import { COUNT_MS, type Act, type Phase, type Refusal } from "./machine.ts";

export interface Notice {
  readonly batch: string;
  readonly phase: Phase;
  readonly text: string;
  /** An alert that somebody else has: it can be taken over. */
  readonly takeOver: string | null;
  /** An alert that changed meanwhile: it can be looked at. */
  readonly look: string | null;
  readonly can: { readonly undo: boolean; readonly again: boolean; readonly dismiss: boolean };
}

export interface Told {
  readonly row: (id: string) => Row | undefined;
  readonly name: (ids: readonly string[]) => string;
  readonly user: string;
  readonly now: number;
}

/** The worst phase of a batch is what is said of it. */
const WORST: readonly Phase[] = ["asks", "refused", "login", "waiting", "late", "counting", "sending", "done", "dropped"];
const TAKEN_BACK: ReadonlySet<string> = new Set(["acknowledge", "assign", "shelve"]);
const SENDING_SHOWN_MS = 400;

/** Return a line for each batch that has something to say; what is only just on its way is told by its row alone. */
export function notices(list: readonly Act[], told: Told): Notice[] {
  return [...new Set(list.map((act) => act.batch))].flatMap((batch) => {
    const acts = list.filter((act) => act.batch === batch);
    const phase = WORST.find((each) => acts.some((act) => act.phase === each)) ?? "done";
    const first = acts.find((act) => act.phase === phase) as Act;
    if (phase === "done" && first.takenBack) return [];
    if (phase === "sending" && told.now - first.since < SENDING_SHOWN_MS) return [];
    const some = acts.filter((act) => act.phase === phase);
    return [{ ...words(phase, some, acts, told), batch, phase, can: can(phase, first) }];
  });
}

function can(phase: Phase, act: Act): Notice["can"] {
  const undo = phase === "counting" || (phase === "done" && TAKEN_BACK.has(act.asked.action) && !act.takenBack);
  return { undo, again: phase === "asks", dismiss: phase === "asks" || phase === "refused" };
}

function words(phase: Phase, some: readonly Act[], all: readonly Act[], told: Told): Pick<Notice, "text" | "takeOver" | "look"> {
  const first = some[0] as Act;
  const alert = told.name([...new Set(some.map((act) => act.asked.alert_id))]);
  const what = t("act.one", { what: word("action.", first.asked.action), alert });
  const plain = (text: string): Pick<Notice, "text" | "takeOver" | "look"> => ({ text, takeOver: null, look: null });
  switch (phase) {
    case "counting":
      return plain(countdown(first, alert, told.now));
    case "sending":
      return plain(t("act.line", { what, how: t("act.pending") }));
    case "late":
      return plain(t("act.line", { what, how: t("act.late") }));
    case "waiting":
      return plain(t("act.waiting", { what }));
    case "login":
      return plain(t("act.login", { what }));
    case "asks":
      return plain(t("act.asks", { what }));
    case "dropped":
      return plain(t("act.dropped", { what }));
    case "done":
      return plain(t("act.done", { what }));
    case "refused":
      return all.length > 1 ? plain(t("act.refused_some", { what, n: some.length, all: all.length, why: refusalWords(first.refusal, undefined) })) : refusal(first, what, told);
  }
}

function countdown(act: Act, what: string, now: number): string {
  const s = Math.max(0, Math.ceil((act.since + COUNT_MS - now) / 1_000));
  switch (act.asked.action) {
    case "close":
      return t("undo.close", { what, s, verdict: word("verdict.closing.", act.asked.verdict) });
    case "false_alarm":
      return t("undo.false_alarm", { what, s });
    case "merge":
      return t("undo.merge", { what, s });
    default:
      return t("undo.split", { what, s });
  }
}

function refusal(act: Act, what: string, told: Told): Pick<Notice, "text" | "takeOver" | "look"> {
  const id = act.asked.alert_id;
  const row = told.row(id);
  const theirs = row !== undefined && row.handled_by !== null && row.handled_by !== told.user && row.state === "acknowledged";
  const takeOver = act.refusal?.code === "refused-handled" && theirs ? id : null;
  const changed = act.refusal?.code === "refused-acted-since" || act.refusal?.code === "refused-rose-since";
  return { text: t("act.refused", { what, why: refusalWords(act.refusal, row) }), takeOver, look: changed ? id : null };
}

/** Return why something was refused: in words of the page's own where it knows who and when, else in the server's. */
export function refusalWords(refusal: Refusal | null, row: Row | undefined): string {
  if (refusal === null) return "";
  const user = refusal.values["user"];
  switch (refusal.code) {
    case "refused-handled":
      if (typeof user === "string" && row?.handled_since && row.handled_by === user) return t("refused.handled", { user, time: time(row.handled_since) });
      break;
    case "refused-acted-since":
      if (typeof user === "string" && row !== undefined) return t("refused.acted", { user, time: time(row.changed_at) });
      break;
    case "refused-rose-since":
      if (row !== undefined) return t("refused.rose", { priority: row.priority });
      break;
    case "refused-p1-shelved":
      return t("refused.p1_shelf");
  }
  return refusal.text === "" ? refusal.code : sentence(refusal.text);
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(begun) ? begun : `${begun}.`;
}
