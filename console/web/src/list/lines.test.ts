import { describe, expect, it } from "vitest";
import type { Row } from "../api/client.ts";
import { rowOf } from "../testing/rows.ts";
import { band, counted, found, headOf, wanted, type Rows, type Wanted } from "./lines.ts";

const NOW = Date.parse("2026-11-29T03:00:00.000Z");
const want = (more: Partial<Wanted> = {}): Wanted => ({ tab: "open", user: "operator-1", search: "", opened: new Set(), folded: new Set(), now: NOW, ...more });
const rows = (listed: Row[], aside: Row[] = [], ended: Row[] = []): Rows => ({ listed, aside, ended });
const shown = (all: Rows, more: Partial<Wanted> = {}, apart: string[] = []): string[] => wanted(all, want(more), new Set(apart)).map((line) => "  ".repeat(line.depth) + line.id);
const symptom = (id: string, cause: string, more: Partial<Row> = {}): Row => rowOf({ id, priority: "P3", under_cause: cause, ...more });

describe("the open list", () => {
  it("has symptoms under their cause, three before anybody asks for more, all or none when asked", () => {
    const all = rows([rowOf({ id: "fire", priority: "P2" }), ...["s1", "s2", "s3", "s4"].map((id) => symptom(id, "fire")), rowOf({ id: "other", priority: "P3" })]);
    expect(shown(all)).toEqual(["fire", "  s1", "  s2", "  s3", "other"]);
    expect(shown(all, { opened: new Set(["fire"]) })).toHaveLength(6);
    expect(shown(all, { folded: new Set(["fire"]) })).toEqual(["fire", "other"]);
  });
  it("has grouped alerts under their summary, when asked", () => {
    const all = rows([rowOf({ id: "sum", priority: "P3", summary: [{ priority: "P3", category: "overig", open: 1 }] }), rowOf({ id: "g", priority: "P3", grouped_under: "sum" })]);
    expect(shown(all)).toEqual(["sum"]);
    expect(shown(all, { opened: new Set(["sum"]) })).toEqual(["sum", "  g"]);
  });
  it("never puts a P1 under anything, nor hides what has no head on the list", () => {
    const p1 = rowOf({ id: "p1", priority: "P1", under_cause: "fire", grouped_under: "sum" });
    expect(headOf(p1, new Set(["fire", "sum"]))).toBeNull();
    expect(shown(rows([symptom("s", "gone"), rowOf({ id: "g", priority: "P3", grouped_under: "gone" })]))).toEqual(["s", "g"]);
  });
  it("leaves out what stands in the band, with what is under it", () => {
    expect(shown(rows([rowOf({ id: "fire", priority: "P1" }), symptom("s", "fire"), rowOf({ id: "b" })]), {}, ["fire"])).toEqual(["b"]);
  });
  it("takes twenty thousand under one summary in a moment", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => rowOf({ id: `g${at}`, priority: "P3", grouped_under: "sum" }));
    expect(shown(rows([rowOf({ id: "sum", priority: "P3", summary: [] }), ...many]), { opened: new Set(["sum"]) })).toHaveLength(20_001);
  });
});

describe("a search", () => {
  it("finds words of what, where and ids, in any order, whatever their accents and case", () => {
    const row = rowOf({ what: "Brand", title: "Brand", where: "Café Zuid, Dorpsstraat", found_by: ["HOR-2026-17", "stadshart-1"] });
    for (const search of ["brand", "CAFE", "dorpsstraat brand", "hor-2026", "stadshart-1", "  "]) expect([search, found(row, search)]).toEqual([search, true]);
    expect(found(row, "brand straatroof")).toBe(false);
  });
  it("finds what stands under another, on a line of its own", () => {
    expect(shown(rows([rowOf({ id: "fire" }), symptom("s", "fire", { what: "Drukte" })]), { search: "drukte" })).toEqual(["s"]);
  });
});

describe("tabs", () => {
  const mine = rowOf({ id: "mine", state: "acknowledged", handled_by: "operator-1" });
  const shelved = rowOf({ id: "shelved", state: "shelved", listed: false, handled_by: "operator-1" });
  const planned = rowOf({ id: "planned", state: "suppressed", listed: false });
  const ended = rowOf({ id: "ended", state: "closed", listed: false, changed_at: "2026-11-28T22:00:00.000Z" });
  const old = rowOf({ id: "old", state: "closed", listed: false, changed_at: "2026-11-27T22:00:00.000Z" });
  const all = rows([mine, rowOf({ id: "b" })], [shelved, planned], [ended, old]);
  it("show what belongs there", () => {
    expect(shown(all, { tab: "mine" })).toEqual(["mine", "shelved"]);
    expect(shown(all, { tab: "shelved" })).toEqual(["shelved"]);
    expect(shown(all, { tab: "suppressed" })).toEqual(["planned"]);
    expect(shown(all, { tab: "ended" })).toEqual(["ended"]);
  });
  it("count what they show", () => expect(counted(all, "operator-1", NOW)).toEqual({ open: 2, mine: 2, shelved: 1, suppressed: 1, ended: 1 }));
});

describe("the band", () => {
  it("has each P1 that waits for somebody, the newest at its end, and nothing else", () => {
    const p1 = (id: string, more: Partial<Row> = {}): Row => rowOf({ id, priority: "P1", ...more });
    const listed = [
      p1("late", { opened_at: "2026-11-29T02:50:00.000Z" }), p1("early", { opened_at: "2026-11-29T02:10:00.000Z" }),
      p1("back", { opened_at: "2026-11-29T01:00:00.000Z", back_at: "2026-11-29T02:55:00.000Z" }),
      p1("late again", { opened_at: "2026-11-29T02:20:00.000Z", handled_by: "operator-2", escalated_at: "2026-11-29T02:22:00.000Z" }),
      p1("named", { opened_at: "2026-11-29T02:58:00.000Z", handled_by: "operator-2" }),
      p1("taken", { state: "acknowledged" }), rowOf({ id: "p2", priority: "P2" }),
    ];
    expect(band(listed).map((line) => line.id)).toEqual(["early", "late again", "late", "back"]);
  });
});
