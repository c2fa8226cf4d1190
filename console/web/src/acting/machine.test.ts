import { describe, expect, it } from "vitest";
import type { Decision } from "../api/client.ts";
import { ANSWER_MS, canUndo, COUNT_MS, DONE_MS, nextAt, NONE, pendingOn, step, UNDO_MS, WAIT_MS, type ActionAsked, type Acts, type Effect, type Event } from "./machine.ts";

const asked = (action: ActionAsked["action"], id = "1", alert = "a"): ActionAsked => ({
  action, action_id: id, alert_id: alert, seen_revision: 3, verdict: "", reason: "", note: "", other_alert_id: "", fact_id: "", camera_id: "", recipients: [], escalate_to: [],
});
const begin = (...all: ActionAsked[]): Event => ({ type: "begin", asked: all, batch: all[0]?.action_id ?? "" });
const decision = (state: Decision["state"], id = "1", more: Partial<Decision> = {}): Event => ({
  type: "decision",
  decision: { action_id: id, alert_id: "a", state, offset: 1, refused: "", code: "", values: {}, ...more },
});

/** Take events one after another, each at its time (ms). */
function run(...events: (readonly [number, Event])[]): { acts: Acts; effects: Effect[]; sent: string[] } {
  let acts = NONE;
  const effects: Effect[] = [];
  for (const [now, event] of events) {
    const taken = step(acts, event, now);
    acts = taken.acts;
    effects.push(...taken.effects);
  }
  return { acts, effects, sent: effects.flatMap((each) => (each.type === "send" ? [each.asked.action_id] : [])) };
}
const phases = (acts: Acts): string[] => acts.list.map((act) => act.phase);

describe("an action that goes out at once", () => {
  it("is sent, pending, and done when its decision comes", () => {
    const { acts, sent } = run([0, begin(asked("acknowledge"))]);
    expect([sent, phases(acts), pendingOn(acts, "a")?.phase]).toEqual([["1"], ["sending"], "sending"]);
    expect(phases(run([0, begin(asked("acknowledge"))], [50, decision("done")]).acts)).toEqual(["done"]);
  });
  it("stays pending while nobody decided, and a decision on another action is none on this", () => {
    const { acts } = run([0, begin(asked("acknowledge"))], [10, decision("pending")], [20, decision("done", "other")]);
    expect(phases(acts)).toEqual(["sending"]);
  });
  it("keeps why it was refused, until a person dismisses it", () => {
    const refused = decision("refused", "1", { refused: "al in behandeling", code: "refused-handled", values: { user: "o-2" } });
    const { acts } = run([0, begin(asked("acknowledge"))], [50, refused], [90_000, { type: "tick" }]);
    expect(acts.list[0]?.refusal).toEqual({ code: "refused-handled", text: "al in behandeling", values: { user: "o-2" } });
    expect(run([0, begin(asked("acknowledge"))], [50, refused], [60, { type: "dismiss", batch: "1" }]).acts.list).toEqual([]);
  });
  it("keeps its first answer: a refusal after it was done changes nothing", () => {
    expect(phases(run([0, begin(asked("acknowledge"))], [1, decision("done")], [2, decision("refused")]).acts)).toEqual(["done"]);
  });
  it("is not begun twice while it is under way: a second press of the same key does nothing", () => {
    const { acts, sent } = run([0, begin(asked("acknowledge", "1"))], [40, begin(asked("acknowledge", "2"))]);
    expect([sent, acts.list.length]).toEqual([["1"], 1]);
  });
});

describe("an answer that does not come", () => {
  it("is late after 5 s, sent again with the same id, and asked about after 30 s", () => {
    const start = [0, begin(asked("acknowledge"))] as const;
    expect(run(start, [ANSWER_MS - 1, { type: "tick" }]).sent).toEqual(["1"]);
    const late = run(start, [ANSWER_MS, { type: "tick" }]);
    expect([phases(late.acts), late.sent]).toEqual([["late"], ["1", "1"]]);
    const ticks = Array.from({ length: 40 }, (_, second) => [(second + 1) * 1_000, { type: "tick" }] as const);
    const after = run(start, ...ticks);
    expect([phases(after.acts), after.sent.length, nextAt(after.acts)]).toEqual([["asks"], 6, null]);
  });
  it("counts when it comes after all, also while the page asks", () => {
    const { acts } = run([0, begin(asked("acknowledge"))], [WAIT_MS, { type: "tick" }], [WAIT_MS + 1, decision("done")]);
    expect(phases(acts)).toEqual(["done"]);
  });
  it("is sent again, with the same id, when a person says so", () => {
    const { acts, sent } = run([0, begin(asked("acknowledge"))], [WAIT_MS, { type: "tick" }], [40_000, { type: "again", batch: "1" }]);
    expect([phases(acts), sent]).toEqual([["sending"], ["1", "1"]]);
    expect(nextAt(acts)).toBe(40_000 + ANSWER_MS);
  });
});

describe("without a connection", () => {
  const off: Event = { type: "connected", on: false };
  const on: Event = { type: "connected", on: true };
  it("an action waits, and goes out when the connection is back", () => {
    const waiting = run([0, off], [10, begin(asked("acknowledge"))]);
    expect([phases(waiting.acts), waiting.sent]).toEqual([["waiting"], []]);
    expect(run([0, off], [10, begin(asked("acknowledge"))], [9_000, { type: "tick" }], [20_000, on]).sent).toEqual(["1"]);
  });
  it("it asks after 30 s, and does not go out by itself after that", () => {
    const { acts, sent } = run([0, off], [0, begin(asked("acknowledge"))], [15_000, { type: "tick" }], [WAIT_MS, { type: "tick" }], [31_000, on]);
    expect([phases(acts), sent]).toEqual([["asks"], []]);
  });
  it("what was sent before the connection broke waits as well after 5 s, and is sent again when it is back", () => {
    const events = [[0, begin(asked("acknowledge"))], [1_000, off], [ANSWER_MS, { type: "tick" }]] as const;
    expect(phases(run(...events).acts)).toEqual(["waiting"]);
    expect(run(...events, [9_000, on]).sent).toEqual(["1", "1"]);
  });
  it("a request that failed waits, and is tried again though the stream runs", () => {
    const { acts, sent } = run([0, begin(asked("acknowledge"))], [100, { type: "unreachable", id: "1" }]);
    expect([phases(acts), sent]).toEqual([["waiting"], ["1"]]);
    expect(run([0, begin(asked("acknowledge"))], [100, { type: "unreachable", id: "1" }], [5_000, { type: "tick" }]).sent).toEqual(["1", "1"]);
  });
  it("the 30 s count from the key, not from each try", () => {
    const flaky = Array.from({ length: 7 }, (_, at) => [[at * 5_000 + 100, { type: "unreachable", id: "1" }], [(at + 1) * 5_000, { type: "tick" }]] as const).flat();
    expect(phases(run([0, begin(asked("acknowledge"))], ...flaky).acts)).toEqual(["asks"]);
  });
});

describe("a session that ended", () => {
  it("keeps the action as long as it takes, and sends it after the login with the same id", () => {
    const { acts, sent } = run([0, begin(asked("close"))], [COUNT_MS, { type: "tick" }], [5_100, { type: "session", id: "1" }], [900_000, { type: "tick" }]);
    expect([phases(acts), sent]).toEqual([["login"], ["1"]]);
    expect(step(acts, { type: "login" }, 900_001).effects).toEqual([{ type: "send", asked: asked("close"), leaving: false }]);
  });
});

describe("what cannot be taken back waits 5 s in the page", () => {
  for (const action of ["close", "false_alarm", "merge", "split"] as const) {
    it(`${action} is not sent before`, () => {
      expect(run([0, begin(asked(action))], [COUNT_MS - 1, { type: "tick" }]).sent).toEqual([]);
      expect(run([0, begin(asked(action))], [COUNT_MS, { type: "tick" }]).sent).toEqual(["1"]);
    });
  }
  it("and is dropped by undo: it never goes out", () => {
    const { acts, sent } = run([0, begin(asked("close"))], [4_000, { type: "undo" }], [60_000, { type: "tick" }]);
    expect([acts.list, sent]).toEqual([[], []]);
  });
  it("another action sends it first", () => {
    expect(run([0, begin(asked("close", "1", "a"))], [1_000, begin(asked("acknowledge", "2", "b"))]).sent).toEqual(["1", "2"]);
  });
  it("leaving the page sends it, also without a connection", () => {
    const { effects } = run([0, { type: "connected", on: false }], [0, begin(asked("close"))], [1_000, { type: "leave" }]);
    expect(effects).toEqual([{ type: "send", asked: asked("close"), leaving: true }]);
  });
  it("several are dropped together", () => {
    const many = begin(asked("close", "1", "a"), asked("close", "2", "b"));
    expect(phases(run([0, many], [1, { type: "undo" }]).acts)).toEqual(["dropped", "dropped"]);
  });
  it("a dispatch goes out at once, and nothing takes it back", () => {
    const { acts, sent } = run([0, begin(asked("confirm_dispatch"))], [10, decision("done")]);
    expect([sent, canUndo(acts, 20)]).toEqual([["1"], false]);
  });
});

describe("undo of what was sent", () => {
  const inverted = (...events: (readonly [number, Event])[]): Effect[] => run(...events).effects.filter((each) => each.type === "invert");
  it("releases what was acknowledged or assigned, and unshelves what was shelved", () => {
    for (const [action, inverse] of [["acknowledge", "release"], ["assign", "release"], ["shelve", "unshelve"]] as const) {
      expect(inverted([0, begin(asked(action))], [50, decision("done")], [900, { type: "undo" }])).toEqual([{ type: "invert", action: inverse, alerts: ["a"] }]);
    }
  });
  it("waits for the answer: what was refused is not taken back", () => {
    expect(inverted([0, begin(asked("acknowledge"))], [10, { type: "undo" }])).toEqual([]);
    expect(inverted([0, begin(asked("acknowledge"))], [10, { type: "undo" }], [50, decision("done")])).toHaveLength(1);
    expect(inverted([0, begin(asked("acknowledge"))], [10, { type: "undo" }], [50, decision("refused")])).toEqual([]);
  });
  it("is done once, and only for some seconds", () => {
    expect(inverted([0, begin(asked("acknowledge"))], [1, decision("done")], [2, { type: "undo" }], [3, { type: "undo" }])).toHaveLength(1);
    expect(inverted([0, begin(asked("acknowledge"))], [1, decision("done")], [2 + UNDO_MS, { type: "undo" }])).toEqual([]);
  });
  it("takes the newest back first, and of many all that were done", () => {
    const many = begin(asked("acknowledge", "1", "a"), asked("acknowledge", "2", "b"));
    const effects = inverted([0, begin(asked("acknowledge", "0", "z"))], [1, decision("done", "0")], [2, many], [3, decision("done", "1")], [4, decision("refused", "2")], [5, { type: "undo" }]);
    expect(effects).toEqual([{ type: "invert", action: "release", alerts: ["a"] }]);
  });
});

it("forgets what was done, and keeps nothing to wait for", () => {
  const { acts } = run([0, begin(asked("release"))], [10, decision("done")], [10 + DONE_MS, { type: "tick" }]);
  expect([acts.list, nextAt(acts)]).toEqual([[], null]);
});

it("never sends two ids for one key, nor one action again after its end, whatever comes in which order", () => {
  const events: Event[] = [decision("done"), decision("refused"), { type: "undo" }, { type: "tick" }, { type: "unreachable", id: "1" }, { type: "session", id: "1" }, { type: "login" }, { type: "leave" }, { type: "connected", on: false }, { type: "connected", on: true }];
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 2_000; round += 1) {
    let acts = step(NONE, begin(asked(round % 2 ? "close" : "acknowledge")), 0).acts;
    let ended = false;
    for (let now = 0, steps = 0; steps < 12; steps += 1) {
      now += random(9_000);
      const taken = step(acts, events[random(events.length)] as Event, now);
      const sends = taken.effects.filter((each) => each.type === "send");
      if (ended) expect(sends).toEqual([]);
      expect(sends.every((each) => each.type === "send" && each.asked.action_id === "1")).toBe(true);
      acts = taken.acts;
      ended = acts.list.every((act) => ["done", "refused", "dropped"].includes(act.phase));
    }
  }
});

describe("another choice for the same alert", () => {
  it("is sent too, since it is no repeat: a verdict or a name that was mended", () => {
    const close = (id: string, verdict: "true" | "false"): ActionAsked => ({ ...asked("close", id), verdict });
    expect(run([0, begin(close("1", "true"))], [900, begin(close("2", "false"))], [950, decision("done")], [900 + COUNT_MS, { type: "tick" }]).sent).toEqual(["1", "2"]);
    const assign = (id: string, assignee: string): ActionAsked => ({ ...asked("assign", id), assignee });
    expect(run([0, begin(assign("1", "operator-2"))], [90, begin(assign("2", "operator-3"))]).sent).toEqual(["1", "2"]);
  });
});
