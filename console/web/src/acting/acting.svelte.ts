/** Acting: what a person does on the page: it sends what the machine says, hears the answers, and holds the open dialog. */
import { untrack } from "svelte";
import { api, Problem, type Row, type Schemas } from "../api/client.ts";
import { hasEnded } from "../live/store.ts";
import { live } from "../live/use.svelte.ts";
import { work } from "../list/work.svelte.ts";
import { session } from "../shell/session.svelte.ts";
import { has, t, word } from "../words/words.ts";
import { canUndo, isOpen, nextAt, NONE, pendingOn, step, type Act, type ActionAsked, type Acts, type Event } from "./machine.ts";

export type Action = ActionAsked["action"];
export type Extra = Partial<Pick<ActionAsked, "verdict" | "reason" | "assignee" | "note" | "note_value" | "until" | "other_alert_id" | "fact_id" | "camera_id" | "recipients" | "escalate_to">>;
/** An alert, in the revision that a person saw when they pressed the key or opened the dialog. */
export interface Target {
  readonly id: string;
  readonly revision: number;
}
export type DialogKind = "close" | "false_alarm" | "shelve" | "assign" | "merge" | "split" | "note" | "confirm_dispatch" | "report" | "help";
export interface Dialog {
  readonly kind: DialogKind;
  readonly targets: readonly Target[];
}

class Acting {
  acts = $state.raw<Acts>(NONE);
  dialog = $state.raw<Dialog | null>(null);
  /** A line of the page itself: why a key did nothing. */
  hint = $state("");
  choices = $state.raw<Schemas["Choices"] | null>(null);
  /** The page's steady clock, moved on while something counts down. */
  steady = $state(performance.now());

  #asking = new Set<string>();
  /** The room that each act was begun in: it goes there, whatever room is shown by then. */
  #rooms = new Map<string, string>();
  #choicesOf = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hintTimer: ReturnType<typeof setTimeout> | undefined;

  pending(alert: string): Act | null {
    return pendingOn(this.acts, alert);
  }
  get canUndo(): boolean {
    return canUndo(this.acts, this.steady);
  }

  /** Return alerts as they stand on the screen now. */
  seen(ids: readonly string[]): Target[] {
    return ids.flatMap((id) => {
      const row = live.store.row(id);
      return row === undefined ? [] : [{ id, revision: row.revision }];
    });
  }

  /** Do something to alerts: at once, or after a count-down. */
  act(action: Action, targets: readonly Target[], extra: Extra = {}): void {
    if (!this.#may(targets)) return;
    this.#begin(targets.map((target) => asking(action, target, extra)));
  }
  /** Take back what was done to alerts, in the room that it was done in: another may be shown by now, and its list is not known here. */
  #invert(action: "release" | "unshelve", alerts: readonly string[]): void {
    const here = alerts.filter((id) => this.#roomOf(id) === live.room);
    if (here.length > 0) this.act(action, this.seen(here));
    for (const id of alerts) if (!here.includes(id)) void this.#invertIn(this.#roomOf(id), action, id);
  }
  async #invertIn(room: string, action: "release" | "unshelve", id: string): Promise<void> {
    try {
      const { row } = await api.get("/api/v1/rooms/{room}/alerts/{alert_id}", { room, alert_id: id, query: { reread: true } });
      this.#begin([asking(action, { id, revision: row.revision }, {})], room);
    } catch (error) {
      this.say(problemWords(error));
    }
  }
  /** The room that the newest act on an alert was begun in. */
  #roomOf(alert: string): string {
    const act = this.acts.list.findLast((each) => each.asked.alert_id === alert);
    return (act && this.#rooms.get(act.asked.action_id)) ?? live.room;
  }
  /** Do what the open dialog was about, and close it. */
  finish(action: Action, targets: readonly Target[], extra: Extra = {}): void {
    this.act(action, targets, extra);
    this.close();
  }
  #begin(asked: readonly ActionAsked[], room = live.room): void {
    for (const each of asked) this.#rooms.set(each.action_id, room);
    this.#step({ type: "begin", asked, batch: asked[0]?.action_id ?? "" });
    if (asked.some((each) => work.ticked.has(each.alert_id))) work.untick(); // the next key is about one alert again
  }

  /** Open the dialog of an action; the revisions of now go out with it, whatever happens meanwhile. */
  open(kind: DialogKind, targets: readonly Target[]): void {
    if (kind === "report" && !session.may("act")) return this.say(t("refused.no_right"));
    if (kind !== "help" && kind !== "report" && !this.#may(targets)) return;
    const vain = inVain(kind, targets.flatMap((target) => live.store.row(target.id) ?? []));
    if (vain !== "") return this.say(vain);
    this.dialog = { kind, targets };
    if (kind !== "help") void this.loadChoices(live.room);
  }
  close(): void {
    this.dialog = null;
  }

  /** Let alerts go into another; each of them is an action of its own. */
  merge(into: readonly Target[], others: readonly string[]): void {
    if (!this.#may(into)) return;
    this.#begin(others.flatMap((other) => into.map((target) => asking("merge", target, { other_alert_id: other }))));
  }

  /** Take back what was done last, or one thing that a person points at. */
  undo(batch?: string): void {
    if (batch === undefined && !canUndo(this.acts, performance.now())) this.say(t("refused.nothing_to_undo"));
    else this.#step(batch === undefined ? { type: "undo" } : { type: "undo", batch });
  }
  again(batch: string): void {
    this.#step({ type: "again", batch });
  }
  dismiss(batch: string): void {
    this.#step({ type: "dismiss", batch });
  }
  /** Take over what somebody else has: put one's own name to it, having seen what stands there now. */
  takeOver(batch: string, alert: string): void {
    this.dismiss(batch);
    this.act("assign", this.seen([alert]), { assignee: session.me?.user ?? null });
  }
  /** Send what counts down: the person leaves the place where it could be taken back. */
  leave(): void {
    this.#step({ type: "leave" });
  }

  /** Say for some seconds why something was not done. */
  say(text: string): void {
    this.hint = text;
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => (this.hint = ""), 6_000);
  }

  #may(targets: readonly Target[]): boolean {
    if (session.may("act") && targets.length > 0) return true;
    this.say(t(targets.length === 0 ? "refused.nothing_chosen" : "refused.no_right"));
    return false;
  }

  /** Load the lists that dialogs offer, once per room. */
  async loadChoices(room: string): Promise<void> {
    if (room === "" || this.#choicesOf === room) return;
    this.#choicesOf = room;
    this.choices = null; // another room's people and reasons are none of this one's
    try {
      const choices = await api.get("/api/v1/rooms/{room}/choices", { room });
      if (this.#choicesOf === room) this.choices = choices;
    } catch (error) {
      if (this.#choicesOf !== room) return;
      this.#choicesOf = "";
      this.say(t("dialog.failed", { why: problemWords(error) }));
    }
  }

  /** Follow decisions, the connection and logins; returns what ends it. */
  start(): () => void {
    const leaving = (): void => this.leave();
    addEventListener("pagehide", leaving);
    const logins = session.onLogin(() => this.#step({ type: "login" }));
    const ends = $effect.root(() => {
      $effect(() => {
        void live.version;
        untrack(() => this.#hearDecisions());
      });
      $effect(() => {
        const on = live.connected;
        untrack(() => this.#step({ type: "connected", on }));
      });
      $effect(() => {
        if (session.ask === null) return;
        untrack(() => this.#asking.forEach((id) => this.#step({ type: "session", id })));
      });
    });
    return () => {
      removeEventListener("pagehide", leaving);
      logins();
      ends();
      clearTimeout(this.#timer);
    };
  }

  #hearDecisions(): void {
    for (const act of this.acts.list) {
      const decision = isOpen(act) ? live.store.decision(act.asked.action_id) : undefined;
      if (decision !== undefined && decision.state !== "pending") this.#step({ type: "decision", decision });
    }
  }

  #step(event: Event): void {
    const now = performance.now();
    const { acts, effects } = step(this.acts, event, now);
    this.acts = acts;
    this.steady = now;
    for (const id of this.#rooms.keys()) if (!acts.list.some((act) => act.asked.action_id === id)) this.#rooms.delete(id);
    for (const effect of effects) {
      if (effect.type === "send") void this.#send(effect.asked, effect.leaving);
      else this.#invert(effect.action, effect.alerts);
    }
    this.#wake(now);
  }

  /** Have the machine called when it next waits for time; each second while a person sees a count-down. */
  #wake(now: number): void {
    clearTimeout(this.#timer);
    const next = nextAt(this.acts);
    if (next === null) return;
    const counting = this.acts.list.some((act) => act.phase === "counting");
    this.#timer = setTimeout(() => this.#step({ type: "tick" }), Math.max(10, Math.min(next - now, counting ? 250 : Infinity)));
  }

  async #send(asked: ActionAsked, leaving: boolean): Promise<void> {
    const id = asked.action_id;
    this.#asking.add(id);
    try {
      const decision = await api.post("/api/v1/rooms/{room}/actions", asked, { room: this.#rooms.get(id) ?? live.room, keepalive: leaving });
      live.store.decide(decision);
      this.#step({ type: "decision", decision });
    } catch (error) {
      this.#failed(id, error);
    } finally {
      this.#asking.delete(id);
    }
  }

  #failed(id: string, error: unknown): void {
    const unanswered = !(error instanceof Problem) || error.status === 0 || error.status >= 500 || error.status === 429;
    if (unanswered) this.#step({ type: "unreachable", id });
    else this.#step({ type: "problem", id, refusal: { code: error.code, text: problemWords(error), values: {} } });
  }
}

function asking(action: Action, target: Target, extra: Extra): ActionAsked {
  const nothing = { verdict: "", reason: "", note: "", other_alert_id: "", fact_id: "", camera_id: "", recipients: [], escalate_to: [] };
  return { ...nothing, ...extra, action, action_id: crypto.randomUUID(), alert_id: target.id, seen_revision: target.revision };
}

const NOT_FOR_A_SUMMARY: ReadonlySet<DialogKind> = new Set(["shelve", "merge", "split", "note", "confirm_dispatch"]);

/** Return why it is in vain to open a dialog, as the server would answer what is chosen there; empty where it is not. */
function inVain(kind: DialogKind, rows: readonly Row[]): string {
  if (kind === "help" || kind === "report") return "";
  const ended = rows.find(hasEnded);
  if (ended !== undefined) return t("refused.ended", { state: word("state.", ended.state) });
  if (NOT_FOR_A_SUMMARY.has(kind) && rows.some((row) => row.summary !== null)) return t("refused.summary");
  return kind === "shelve" && rows.some((row) => row.priority === "P1") ? t("refused.p1_shelf") : "";
}

/** Return what went wrong with a request, in words. */
export function problemWords(error: unknown): string {
  const code = error instanceof Problem ? error.code : "no_connection";
  const key = `problem.${code}`;
  return has(key) ? t(key as "problem.no_connection") : t("problem.other", { code });
}

export const acting = new Acting();
