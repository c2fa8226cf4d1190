import { describe, expect, it } from "vitest";
import { random } from "../../testing/rows.ts";
import { spread, type Spot, type Word } from "./spread.ts";

const word = (key: string, x: number, y: number, width = 60): Word => ({ key, x, y, width, reach: 6 });
const boxOf = (each: Word, { dx, dy }: Spot) => ({ left: each.x + dx, right: each.x + dx + each.width, top: each.y + dy - 8, bottom: each.y + dy + 8 });
type Box = ReturnType<typeof boxOf>;
const meet = (one: Box, other: Box): boolean => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
function overlaps(words: readonly Word[], spots: Map<string, Spot>): number {
  const boxes = words.filter((each) => each.width > 0).map((each) => boxOf(each, spots.get(each.key) as Spot));
  return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => meet(one, other))).length;
}

describe("words beside their signs", () => {
  it("stand right of a sign that is alone", () => {
    expect(spread([word("a", 100, 100)], null).get("a")).toEqual({ dx: 10, dy: 0, leader: false });
  });

  it("go to the other side where the first is taken or beyond the edge", () => {
    const spots = spread([word("a", 100, 100), word("b", 130, 104)], null);
    expect(spots.get("a")?.dx).toBeLessThan(0);
    expect(spread([word("a", 100, 100)], { width: 150, height: 200 }).get("a")?.dx).toBeLessThan(0);
  });

  it("keep off signs without a word", () => {
    const spot = spread([word("a", 100, 100), word("tag", 130, 100, 0)], null).get("a") as Spot;
    expect(spot.dx + 60).toBeLessThan(0);
  });

  it("do not overlap where eight cameras hang on one corner, and a line says whose they are", () => {
    const words = Array.from({ length: 8 }, (_, at) => word(`c-${at}`, 150 + (at % 3) * 4, 128 + Math.floor(at / 3) * 5, 70));
    const spots = spread(words, { width: 420, height: 256 });
    expect(overlaps(words, spots)).toBe(0);
    expect([...spots.values()].some((spot) => spot.leader)).toBe(true);
  });

  it("do not overlap for sixteen cameras anywhere on a small map, and are the same each time", () => {
    const next = random(11);
    for (let times = 0; times < 200; times += 1) {
      const words = Array.from({ length: 12 }, (_, at) => word(`c-${at}`, 40 + next() * 420, 20 + next() * 210, 50 + next() * 40));
      const spots = spread(words, null);
      expect(overlaps(words, spots)).toBe(0);
      expect(spread(words, null)).toEqual(spots);
    }
  });
});
