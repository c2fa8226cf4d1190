import { describe, expect, it } from "vitest";
import { rowOf } from "../testing/rows.ts";
import { NONE, step, type ActionAsked, type Acts, type Event } from "./machine.ts";
import { notices, refusalWords, type Notice, type Told } from "./told.ts";

const asked = (action: ActionAsked["action"], id: string, alert: string, more: Partial<ActionAsked> = {}): ActionAsked => ({
  action, action_id: id, alert_id: alert, seen_revision: 3, verdict: "", reason: "", note: "", other_alert_id: "", fact_id: "", camera_id: "", recipients: [], escalate_to: [], ...more,
});
const handled = rowOf({ id: "a", state: "acknowledged", handled_by: "operator-2", handled_since: "2026-11-29T03:04:00.000Z" });
const told = (now: number, row = handled): Told => ({ row: (id) => (id === row.id ? row : undefined), name: (ids) => ids.join(" en "), user: "operator-1", now });
const run = (...events: (readonly [number, Event])[]): Acts => events.reduce((acts, [now, event]) => step(acts, event, now).acts, NONE);
const one = (acts: Acts, now: number): Notice => notices(acts.list, told(now))[0] as Notice;
const refused = (code: string, values: Record<string, string | number>, text = "woorden van de server"): Event => ({
  type: "decision",
  decision: { action_id: "1", alert_id: "a", state: "refused", offset: 1, refused: text, code, values },
});

describe("a line for a person", () => {
  it("counts down with the verdict in words", () => {
    const acts = run([0, { type: "begin", asked: [asked("close", "1", "a", { verdict: "duplicate" })], batch: "1" }]);
    expect(one(acts, 1_200).text).toBe("a wordt over 4 s afgesloten als “dubbel”.");
    expect(one(acts, 1_200).can.undo).toBe(true);
  });
  it("names who has it and since when, and offers to take it over", () => {
    const acts = run([0, { type: "begin", asked: [asked("acknowledge", "1", "a")], batch: "1" }], [50, refused("refused-handled", { user: "operator-2" })]);
    expect(one(acts, 60)).toMatchObject({ text: "In behandeling – a: niet gedaan. operator-2 heeft deze melding sinds 04:04. Overnemen?", takeOver: "a", look: null });
  });
  it("offers to look where somebody acted meanwhile, and takes nothing over then", () => {
    const acts = run([0, { type: "begin", asked: [asked("shelve", "1", "a")], batch: "1" }], [50, refused("refused-acted-since", { user: "operator-2" })]);
    expect(one(acts, 60)).toMatchObject({ takeOver: null, look: "a" });
  });
  it("says the server's words for a code that the page does not know", () => {
    expect(refusalWords({ code: "refused-only-fact", text: "de melding heeft niets anders", values: {} }, undefined)).toBe("De melding heeft niets anders.");
    expect(refusalWords({ code: "refused-new-thing", text: "", values: {} }, undefined)).toBe("refused-new-thing");
  });
  it("tells of many by the worst of them", () => {
    const both = [asked("acknowledge", "1", "a"), asked("acknowledge", "2", "b")];
    const acts = run([0, { type: "begin", asked: both, batch: "1" }], [10, refused("refused-p1-shelved", {})]);
    expect(one(acts, 20).text).toBe("In behandeling – a: 1 van 2 niet gedaan. Een P1 kan niet worden uitgesteld.");
  });
  it("says nothing of what is only just on its way: the row does", () => {
    const acts = run([0, { type: "begin", asked: [asked("acknowledge", "1", "a")], batch: "1" }]);
    expect(notices(acts.list, told(100))).toEqual([]);
    expect(one(acts, 1_000).text).toContain("wordt verwerkt");
  });
  it("says nothing more of what was taken back", () => {
    const done: Event = { type: "decision", decision: { action_id: "1", alert_id: "a", state: "done", offset: 1, refused: "", code: "", values: {} } };
    const acts = run([0, { type: "begin", asked: [asked("acknowledge", "1", "a")], batch: "1" }], [10, done], [20, { type: "undo" }]);
    expect(notices(acts.list, told(30))).toEqual([]);
  });
});
