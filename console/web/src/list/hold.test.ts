import { describe, expect, it } from "vitest";
import { AFTER_MS, FREE, freeIn, lasts, touched } from "./hold.ts";

describe("the hold of the order", () => {
  it("is free at first", () => expect(freeIn(FREE, 0)).toBe(0));
  it("lasts 2 s after the last touch, and each touch begins it anew", () => {
    const hold = touched(touched(FREE, 1_000), 2_500);
    expect([freeIn(hold, 2_500), freeIn(hold, 4_000), freeIn(hold, 2_500 + AFTER_MS)]).toEqual([AFTER_MS, 500, 0]);
  });
  it("lasts as long as something is ticked or a dialog is open, and 2 s after", () => {
    const open = lasts(lasts(FREE, "dialog", true, 0), "ticks", true, 0);
    expect(freeIn(open, 900_000)).toBe(Infinity);
    const one = lasts(open, "dialog", false, 900_000);
    expect(freeIn(one, 990_000)).toBe(Infinity);
    expect(freeIn(lasts(one, "ticks", false, 1_000_000), 1_000_000)).toBe(AFTER_MS);
  });
  it("is not touched by an end of what never began", () => expect(lasts(FREE, "dialog", false, 5)).toBe(FREE));
  it("never moves back in time", () => expect(freeIn(touched(touched(FREE, 5_000), 1_000), 5_000)).toBe(AFTER_MS));
});
