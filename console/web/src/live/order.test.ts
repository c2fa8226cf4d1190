import { describe, expect, it } from "vitest";
import { random, rowOf } from "../testing/rows.ts";
import { asideOrder, endedOrder, listOrder, Sorted } from "./order.ts";

describe("order of the list", () => {
  it("is priority, score, oldest first, id", () => {
    const rows = [
      rowOf({ id: "e", priority: "P2", score: 10 }),
      rowOf({ id: "d", priority: "P2", score: 90, opened_at: "2026-11-29T04:00:00.000Z" }),
      rowOf({ id: "c", priority: "P2", score: 90, opened_at: "2026-11-29T03:00:00.000Z" }),
      rowOf({ id: "b", priority: "P2", score: 90, opened_at: "2026-11-29T03:00:00.000Z" }),
      rowOf({ id: "a", priority: "P1", score: 1 }),
    ];
    expect(rows.sort(listOrder).map((row) => row.id)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("puts what comes back first on the shelf's head, and what has no end last", () => {
    const rows = [rowOf({ id: "never" }), rowOf({ id: "late", until: "2026-11-29T05:00:00.000Z" }), rowOf({ id: "soon", until: "2026-11-29T04:00:00.000Z" })];
    expect(rows.sort(asideOrder).map((row) => row.id)).toEqual(["soon", "late", "never"]);
  });

  it("puts what ended last first", () => {
    const rows = [rowOf({ id: "a", changed_at: "2026-11-29T03:00:00.000Z" }), rowOf({ id: "b", changed_at: "2026-11-29T04:00:00.000Z" })];
    expect(rows.sort(endedOrder).map((row) => row.id)).toEqual(["b", "a"]);
  });
});

describe("sorted", () => {
  it("stays as a sort would have it through any additions, changes and removals", () => {
    const chance = random(7);
    const sorted = new Sorted(listOrder);
    const known = new Map<string, ReturnType<typeof rowOf>>();
    for (let step = 0; step < 3_000; step += 1) {
      const id = `a${Math.floor(chance() * 200)}`;
      const row = rowOf({ id, score: Math.floor(chance() * 8), priority: chance() < 0.5 ? "P1" : "P3" });
      const before = known.get(id);
      if (before === undefined) {
        sorted.add(row);
        known.set(id, row);
      } else if (chance() < 0.3) {
        sorted.remove(before);
        known.delete(id);
      } else {
        sorted.replace(before, row);
        known.set(id, row);
      }
    }
    expect(sorted.items).toEqual([...known.values()].sort(listOrder));
  });

  it("leaves others alone when what is taken out is not there", () => {
    const sorted = new Sorted(listOrder);
    sorted.add(rowOf({ id: "a" }));
    sorted.remove(rowOf({ id: "a" }));
    expect(sorted.items).toHaveLength(1);
  });
});
