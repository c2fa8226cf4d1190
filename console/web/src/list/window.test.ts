import { describe, expect, it } from "vitest";
import { anchored, inWindow, onScreen, page, ROW_PX, SPARE, toShow } from "./window.ts";

describe("the window", () => {
  it("has some thirty lines of twenty thousand, wherever one is", () => {
    for (const scroll of [0, 7, 400_013, 20_000 * ROW_PX - 400]) {
      const { first, end } = inWindow(scroll, 400, 20_000);
      expect(end - first).toBeLessThanOrEqual(Math.ceil(400 / ROW_PX) + 1 + 2 * SPARE);
      expect(first * ROW_PX).toBeLessThanOrEqual(scroll);
      expect(Math.min(end, 20_000) * ROW_PX).toBeGreaterThanOrEqual(Math.min(scroll + 400, 20_000 * ROW_PX));
    }
  });
  it("is empty of nothing, and stays within what there is after a list got short", () => {
    expect(inWindow(0, 400, 0)).toEqual({ first: 0, end: 0 });
    expect(inWindow(8_000, 400, 5)).toEqual({ first: 0, end: 5 });
  });
  it("knows which lines are seen whole", () => expect(onScreen(10, 100, 50)).toEqual({ first: 1, end: 2 }));
  it("scrolls as little as possible to show a line", () => {
    expect(toShow(0, 100, 400)).toBe(0);
    expect(toShow(5, 100, 400)).toBe(100);
    expect(toShow(20, 100, 400)).toBe(21 * ROW_PX - 400);
  });
  it("keeps a line at its height on the screen, as far as the list reaches", () => {
    expect(anchored(400, 400, 12, 15, 100)).toBe(400 + 3 * ROW_PX);
    expect(anchored(400, 400, 12, 9, 100)).toBe(400 - 3 * ROW_PX);
    expect(anchored(0, 400, 5, 2, 100)).toBe(0);
    expect(anchored(400, 400, -1, 9, 100)).toBe(400);
  });
  it("has pages of at least one line", () => expect([page(400), page(10)]).toEqual([9, 1]));
});
