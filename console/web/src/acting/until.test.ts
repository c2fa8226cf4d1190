import { describe, expect, it } from "vitest";
import { inMinutes, nextAt } from "./until.ts";

const at = (text: string): number => Date.parse(text);

describe("the end of a shelf", () => {
  it("is some minutes ahead", () => expect(inMinutes(at("2026-11-29T03:00:00Z"), 15)).toBe("2026-11-29T03:15:00.000Z"));
  it("is the next time that Amsterdam's clock shows it", () => {
    expect(nextAt(at("2026-11-29T03:00:20Z"), "04:30")).toBe("2026-11-29T03:30:00.000Z");
    expect(nextAt(at("2026-11-29T03:30:20Z"), "04:30")).toBe("2026-11-30T03:30:00.000Z");
    expect(nextAt(at("2026-07-01T22:50:00Z"), "00:10")).toBe("2026-07-02T22:10:00.000Z");
  });
  it("follows a change of the clock", () => {
    expect(nextAt(at("2026-10-24T22:00:00Z"), "08:00")).toBe("2026-10-25T07:00:00.000Z"); // an hour longer
    expect(nextAt(at("2026-03-28T23:00:00Z"), "08:00")).toBe("2026-03-29T06:00:00.000Z"); // an hour shorter
  });
  it("is never in the past, and never more than a day and an hour ahead", () => {
    for (let hour = 0; hour < 24 * 400; hour += 7) {
      const now = at("2026-01-01T00:00:00Z") + hour * 3_600_000 + 30_000;
      const ahead = Date.parse(nextAt(now, "02:30") ?? "") - now;
      expect(ahead).toBeGreaterThan(0);
      expect(ahead).toBeLessThanOrEqual(25 * 3_600_000);
    }
  });
  it("is none for what is no time", () => {
    for (const text of ["", "24:00", "4:30", "04:60", "aa:bb", "04:30:00"]) expect(nextAt(0, text)).toBeNull();
  });
});
