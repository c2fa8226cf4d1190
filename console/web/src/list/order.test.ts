import { describe, expect, it } from "vitest";
import type { Line } from "./lines.ts";
import { extended, follows, refilled, same, stepped, taken, waiting } from "./order.ts";

const lines = (ids: string): Line[] => [...ids].map((id) => ({ id, depth: 0 }));

describe("the order on the screen", () => {
  it("counts what waits: only what is not there yet", () => {
    const order = taken(lines("abc"));
    expect([waiting(order, lines("xcbya")), waiting(order, lines("a")), waiting(order, lines("cba"))]).toEqual([2, 0, 0]);
  });
  it("can grow at its end, where nothing moves", () => {
    const order = taken(lines("abc"));
    expect(extended(order, lines("xab")).lines.map((line) => line.id)).toEqual(["a", "b", "c", "x"]);
    expect(extended(order, lines("cb"))).toBe(order);
  });
  it("gives what came the places of what left where no other is free, and moves nothing that stays", () => {
    const to = (order: string, wanted: string): string => refilled(taken(lines(order)), lines(wanted), 3).lines.map((line) => line.id).join("");
    expect([to("abc", "abcd"), to("abc", "acd"), to("abcd", "acd"), to("abcd", "ab"), to("abc", "d"), to("abc", ""), to("ab", "bc")]).toEqual(["abcd", "adc", "adc", "abc", "dbc", "abc", "abc"]);
    const order = taken(lines("abc"));
    expect(refilled(order, lines("ac"), 3)).toBe(order);
  });
  it("finds a place with and without an index, and none of what is not there", () => {
    const order = taken(lines("abc"));
    expect([order.place("c"), order.place("x"), order.places.size, order.place("c"), order.place("x"), order.has("a")]).toEqual([2, -1, 3, 2, -1, true]);
  });
  it("is the same only with the same lines in the same places and depths", () => {
    expect([same(lines("ab"), lines("ab")), same(lines("ab"), lines("ba")), same(lines("ab"), lines("abc"))]).toEqual([true, false, false]);
    expect(same(lines("a"), [{ id: "a", depth: 1 }])).toBe(false);
  });
});

describe("the cursor", () => {
  const to = (before: string, after: string, cursor: string): string | null => follows([...before], (id) => after.includes(id), cursor);
  it("belongs to its alert, wherever that goes", () => expect(to("abcd", "dcba", "b")).toBe("b"));
  it("goes to the next that stayed when its alert left, and from the last to the one above", () => {
    expect([to("abcd", "acd", "b"), to("abcd", "ad", "b"), to("abcd", "ab", "d"), to("abcd", "", "b")]).toEqual(["c", "d", "b", null]);
  });
  it("moves over all ids and stays within them", () => {
    const ids = [..."abc"];
    expect([stepped(ids, "a", 1), stepped(ids, "c", 1), stepped(ids, "c", -9), stepped(ids, "b", Infinity), stepped(ids, "b", -Infinity)]).toEqual(["b", "c", "a", "c", "a"]);
    expect([stepped(ids, null, 1), stepped(ids, null, -1), stepped(ids, null, Infinity), stepped(ids, null, -Infinity), stepped([], null, 1)]).toEqual(["a", "c", "c", "a", null]);
  });
});
