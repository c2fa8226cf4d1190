import { describe, expect, it } from "vitest";
import { areSpans, JOIN_MS, lasting, totalS, within, type Span } from "./spans.ts";

describe("spans", () => {
  it("grow while something lasts, and begin anew after a pause", () => {
    let spans: Span[] = [];
    for (let now = 0; now <= 20_000; now += 4_000) spans = lasting(spans, "old", now);
    spans = lasting(spans, "muted", 21_000);
    spans = lasting(spans, "old", 20_000 + JOIN_MS + 1);
    expect(spans).toEqual([
      { kind: "old", from: 0, to: 20_000 }, { kind: "muted", from: 21_000, to: 21_000 }, { kind: "old", from: 30_001, to: 30_001 },
    ]);
  });

  it("of a clock that was set back do not shrink", () => {
    expect(lasting([{ kind: "old", from: 50_000, to: 60_000 }], "old", 55_000)).toEqual([{ kind: "old", from: 50_000, to: 60_000 }]);
  });

  it("are forgotten after a week, and never more than some hundreds", () => {
    const old: Span = { kind: "old", from: 0, to: 1 };
    expect(lasting([old], "old", 8 * 86_400_000)).toHaveLength(1);
    const many = Array.from({ length: 600 }, (_, at): Span => ({ kind: "old", from: at * 60_000, to: at * 60_000 + 1 }));
    expect(lasting(many, "muted", 600 * 60_000)).toHaveLength(500);
  });

  it("of a period are clipped to it, and what two windows saw is one", () => {
    const spans: Span[] = [{ kind: "old", from: 0, to: 50_000 }, { kind: "old", from: 40_000, to: 90_000 }, { kind: "muted", from: 0, to: 99_000 }, { kind: "old", from: 200_000, to: 260_000 }];
    const found = within(spans, "old", 10_000, 220_000);
    expect(found.map(({ from, to }) => [from, to])).toEqual([[10_000, 90_000], [200_000, 220_000]]);
    expect(totalS(found)).toBe(100);
  });

  it("are known from what else may be kept", () => {
    expect(areSpans([{ kind: "old", from: 1, to: 2 }])).toBe(true);
    for (const each of [null, {}, "x", [null], [{ kind: "new", from: 1, to: 2 }], [{ kind: "old", from: "1", to: 2 }], [{ kind: "old", from: Number.NaN, to: 2 }]]) expect(areSpans(each)).toBe(false);
  });
});
