import { describe, expect, it } from "vitest";
import { rowOf } from "../testing/rows.ts";
import { muteOf, Ringer, ringOf, TONES } from "./rules.ts";

const p1 = (id: string, change = {}) => rowOf({ id, priority: "P1", ...change });
const escalated = (id: string) => p1(id, { escalated_at: "2026-11-29T03:02:00.000Z" });

describe("ringer", () => {
  it("rings for a P1 at once and every 10 s, until somebody has it", () => {
    const ringer = new Ringer();
    const heard = [0, 1, 9, 10, 11, 20, 21].map((s) => ringer.due([p1("a")], null, s * 1_000));
    expect(heard).toEqual(["p1", null, null, "p1", null, "p1", null]);
    expect(ringer.due([p1("a", { state: "acknowledged", handled_by: "u" })], null, 40_000)).toBeNull();
  });

  it("rings every 5 s with three tones once it escalated, and at once when it does", () => {
    const ringer = new Ringer();
    ringer.due([p1("a")], null, 0);
    expect([3, 4, 7, 8].map((s) => ringer.due([escalated("a")], null, s * 1_000))).toEqual(["escalated", null, null, "escalated"]);
    expect(TONES.escalated).toHaveLength(3);
  });

  it("does not wait with the beat of another P1 for a new one", () => {
    const ringer = new Ringer();
    ringer.due([p1("a")], null, 0);
    expect(ringer.due([p1("a"), p1("b")], null, 2_000)).toBe("p1");
    expect(ringer.due([p1("a"), p1("b")], null, 3_000)).toBeNull();
  });

  it("is silent about what rang when silence was asked for, not about the next P1 or an escalation", () => {
    const ringer = new Ringer();
    ringer.due([p1("a")], null, 0);
    const mute = muteOf([p1("a")], 2, 1_000);
    expect(ringer.due([p1("a")], mute, 11_000)).toBeNull();
    expect(ringer.due([p1("a"), p1("b")], mute, 12_000)).toBe("p1");
    expect(ringer.due([escalated("a")], mute, 13_000)).toBe("escalated");
    expect(ringer.due([p1("a", { unanswered_at: "2026-11-29T03:02:00.000Z" })], mute, 14_000)).toBe("p1");
  });

  it("rings again when the silence ends", () => {
    const ringer = new Ringer();
    ringer.due([p1("a")], null, 0);
    const mute = muteOf([p1("a")], 2, 1_000);
    expect(ringer.due([p1("a")], mute, 120_000)).toBeNull();
    expect(ringer.due([p1("a")], mute, 121_000)).toBe("p1");
  });

  it("has one soft tone for a P2 that asks, and none for P3, P4 or a P2 in hand", () => {
    const ringer = new Ringer();
    expect(ringer.soft(rowOf(), null, 0)).toBe("p2");
    expect(ringer.soft(rowOf({ id: "b" }), null, 500)).toBeNull();
    expect(ringer.soft(rowOf({ id: "c" }), null, 1_500)).toBe("p2");
    for (const row of [rowOf({ priority: "P3" }), rowOf({ priority: "P4" }), rowOf({ asks: false }), rowOf({ grouped_under: "sum" }), rowOf({ state: "acknowledged" }), p1("a")]) {
      expect(ringer.soft(row, null, 9_000)).toBeNull();
    }
    expect(ringer.soft(rowOf(), muteOf([], 5, 8_000), 9_000)).toBeNull();
  });

  it("rings for nothing but P1 that asks for somebody", () => {
    expect(ringOf(rowOf({ priority: "P2" }))).toBeNull();
    expect(ringOf(p1("a", { listed: false }))).toBeNull();
    expect(ringOf(p1("a"))?.escalated).toBe(false);
  });
});
