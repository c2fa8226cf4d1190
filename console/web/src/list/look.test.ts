import { describe, expect, it } from "vitest";
import type { Row } from "../api/client.ts";
import { rowOf } from "../testing/rows.ts";
import { ageWords, countWords, kindOf, MARKS, stateWords, whatWords, whereWords, withoutTown } from "./look.ts";
import { metresBetween } from "./near.ts";

const VERDICTS: readonly Row["verdict"][] = ["pending", "corroborated", "consistent", "unseen", "contradicted", "camera_unavailable", "no_coverage"];
const state = (row: Partial<Row>, left = false): string => stateWords(rowOf(row), null, left, "operator-1");

describe("a row", () => {
  it("has a mark for every verdict, each another", () => {
    expect(new Set(VERDICTS.map((verdict) => MARKS[verdict])).size).toBe(VERDICTS.length);
    expect(MARKS).not.toContain(undefined);
  });
  it("says who has it, or how it stands", () => {
    expect(state({ state: "new" })).toBe("nieuw");
    expect(state({ state: "new", escalated_at: "2026-11-29T02:00:00.000Z" })).toBe("2e keer");
    expect(state({ state: "new", unanswered_at: "2026-11-29T02:00:00.000Z" })).toBe("niemand komt");
    expect(state({ state: "acknowledged", handled_by: "operator-2", unanswered_at: "2026-11-29T02:00:00.000Z" })).toBe("operator-2");
    expect(state({ state: "new", handled_by: "operator-2" })).toBe("voor operator-2");
    expect(state({ state: "acknowledged", handled_by: "operator-2" })).toBe("operator-2");
    expect(state({ state: "acknowledged", handled_by: "operator-1" })).toBe("u");
    expect(state({ state: "returned_to_normal" })).toBe("voorbij");
    expect(state({ state: "shelved", until: "2026-11-29T03:30:00.000Z" })).toBe("tot 04:30");
    expect(state({ state: "closed", closing: "duplicate" })).toBe("dubbel");
    expect(state({ state: "closed", closing: "true", handled_by: "operator-2" }, true)).toBe("afgesloten door operator-2");
  });
  it("is escalated only while nobody has it", () => {
    expect(kindOf(rowOf({ state: "acknowledged", escalated_at: "2026-11-29T02:00:00.000Z" }))).toBe("acknowledged");
  });
  it("leaves the room's own town out, and no other", () => {
    expect([withoutTown("Dorpsstraat, Amstelveen", "Amstelveen"), withoutTown("Amstelveen", "Amstelveen"), withoutTown("Dorpsstraat, Ouderkerk", "Amstelveen"), withoutTown("X, Amstelveen", "")]).toEqual(["Dorpsstraat", "Amstelveen", "Dorpsstraat, Ouderkerk", "X, Amstelveen"]);
  });
  it("tells a poor place with ≈, and an unknown one in words", () => {
    const place = { lat: 52.3, lon: 4.86, accuracy_m: 400 };
    expect(whereWords(rowOf({ where: "Lindenlaan", place }), "")).toBe("≈ Lindenlaan");
    expect(whereWords(rowOf({ where: "Lindenlaan", place: { ...place, accuracy_m: 250 } }), "")).toBe("Lindenlaan");
    expect(whereWords(rowOf({ where: "", place: null }), "")).toBe("plaats onbekend");
  });
  it("counts reports, and cameras that saw of those that looked", () => {
    expect(countWords(rowOf({ reports: 2, cameras_saw: 2, cameras_looked: 3 }))).toBe("2 m · 2/3 c");
    expect(countWords(rowOf({ reports: 1, cameras_saw: 0, cameras_looked: 0 }))).toBe("1 m");
  });
  it("of a summary says how many of which kinds, the most first", () => {
    const summary: Row["summary"] = [{ priority: "P3", category: "fietsdiefstal", open: 3 }, { priority: "P3", category: "overig", open: 30 }, { priority: "P4", category: "overig", open: 10 }];
    expect(whatWords(rowOf({ summary }))).toBe("43 gegroepeerd · 40 overig, 3 fietsdiefstal");
  });
  it("shows text as it is, markup and marks of direction too", () => {
    const where = "<img src=x onerror=alert(1)>\u202e";
    expect(whereWords(rowOf({ where, place: null }), "")).toBe(where);
  });
  it("tells its age from when it was first known", () => {
    expect(ageWords(rowOf({ opened_at: "2026-11-29T02:00:00.000Z", back_at: "2026-11-29T02:59:00.000Z" }), Date.parse("2026-11-29T03:05:00.000Z"))).toBe("1 u 05");
  });
});

it("measures distances within a town to the metre, and none without a place", () => {
  const at = (lat: number, lon: number): Row["place"] => ({ lat, lon, accuracy_m: 10 });
  expect(metresBetween(at(52.3, 4.86), at(52.301, 4.86))).toBeCloseTo(111.3, 0);
  expect(metresBetween(at(52.3, 4.86), at(52.3, 4.861))).toBeCloseTo(68.1, 0);
  expect(metresBetween(null, at(52.3, 4.86))).toBe(Infinity);
});
