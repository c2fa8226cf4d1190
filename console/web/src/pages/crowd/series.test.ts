import { describe, expect, it } from "vitest";
import type { ZoneNow } from "../../api/client.ts";
import { ceilingOf, columnsOf, sampled, SPAN_S, unseenOf, withNewest, type Point } from "./series.ts";
import { amountWords, digitsOf, riseWords, wholeOf } from "./words.ts";

const START = Date.parse("2026-11-29T10:00:00Z");
const point = (step: number, change: Partial<Point> = {}): Point => ({
  at: new Date(START + step * 10_000).toISOString(), count: 20, per_m2: 2, error_per_m2: 0.3, lower_bound: false, ...change,
});
const nobody = { count: null, per_m2: null, error_per_m2: null };
const zone = (change: Partial<ZoneNow> = {}): ZoneNow => ({
  zone_id: "z", camera_id: "c", name: "Plein", outline: [], at: new Date(START + 60_000).toISOString(), count: 34, per_m2: 2.345, error_per_m2: 0.21,
  lower_bound: false, rise_per_min: 6.2, level: "warn", level_text: "let op", ...change,
});

describe("columns", () => {
  it("have a band of one standard deviation that never goes below nothing", () => {
    const columns = columnsOf([point(0), point(1, { per_m2: 0.1 }), point(2, nobody), point(3, { error_per_m2: null, lower_bound: true })], true);
    expect(columns.low).toEqual([1.7, 0, null, 2]);
    expect(columns.high).toEqual([2.3, 0.4, null, 2]);
    expect(columns.least).toEqual([false, false, false, true]);
  });

  it("are the count, without a band, where the camera is not calibrated", () => {
    const columns = columnsOf([point(0, { per_m2: null, error_per_m2: null })], false);
    expect([columns.middle, columns.low, columns.high]).toEqual([[20], [20], [20]]);
  });
});

describe("newest", () => {
  it("is put at the end once its step is another, and never twice", () => {
    const points = [point(0), point(1)];
    const once = withNewest(points, zone({ at: point(2).at }), 10);
    expect(once).toHaveLength(3);
    expect(withNewest(once, zone({ at: point(2).at }), 10)).toBe(once);
    expect(withNewest(points, zone({ at: point(1).at }), 10)).toBe(points);
    expect(withNewest(points, zone({ at: null }), 10)).toBe(points);
  });

  it("leaves a gap over a time that nobody told of, and forgets what is older than the chart", () => {
    const points = [point(-SPAN_S / 10), point(0)];
    const after = withNewest(points, zone({ at: point(6).at }), 10);
    expect(after.map(({ count }) => count)).toEqual([20, null, 34]);
  });
});

describe("where nobody looked", () => {
  it("is told with its begin and end, and also where the line ends too early", () => {
    const points = [point(0), point(1), point(2, nobody), point(3, nobody), point(4), point(5)];
    const [from, until] = [START / 1_000, START / 1_000 + 200];
    expect(unseenOf(columnsOf(points, true), 10, from, until)).toEqual([[from + 20, from + 40], [from + 60, until]]);
    expect(unseenOf(columnsOf([], true), 10, from, until)).toEqual([[from, until]]);
  });
});

describe("chart and table", () => {
  it("leave room for every threshold and for the band", () => {
    const threshold = { level: "warn", text: "let op", per_m2: 4 };
    expect(ceilingOf(columnsOf([point(0)], true), [threshold])).toBeCloseTo(4.6);
    expect(ceilingOf(columnsOf([point(0, { per_m2: 9 })], true), [threshold])).toBeCloseTo(10.23);
    expect(ceilingOf(columnsOf([], true), [])).toBe(1);
  });

  it("tell the last point of each ten minutes, the newest first", () => {
    const points = Array.from({ length: 130 }, (_, step) => point(step, { count: step }));
    expect(sampled(points, 10).map(({ count }) => count)).toEqual([129, 119, 59]);
  });
});

describe("words", () => {
  it("say density with its error, and never a density where none is measured", () => {
    expect(amountWords(zone())).toBe("2,3 ± 0,2 per m²");
    expect(amountWords(zone({ lower_bound: true }))).toBe("zeker 2,3 ± 0,2 per m²");
    expect(amountWords(zone({ per_m2: null, error_per_m2: null }))).toBe("34 personen, niet geijkt");
    expect(amountWords(zone({ count: null, per_m2: null }))).toBe("niet gekeken");
  });
  it("say how fast it rises, and nothing where nobody knows", () => {
    expect([6.2, -3.4, 0.2, null].map((rise) => riseWords(zone({ rise_per_min: rise })))).toEqual(["stijgt met 6 per minuut", "daalt met 3 per minuut", "blijft gelijk", ""]);
  });
});

it("an axis has as many decimals as its step, so that no line is told as another", () => {
  expect([2, 1, 0.5, 0.2, 0.1, 0.25, 0.05, 0.1 + 0.2].map(digitsOf)).toEqual([0, 0, 1, 1, 1, 2, 2, 1]);
});

it("an axis of persons has no label for half a person", () => {
  expect(wholeOf([0, 0.2, 0.4, 0.6, 0.8, 1])).toEqual(["0", "", "", "", "", "1"]);
});
