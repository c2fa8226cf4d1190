import { describe, expect, it } from "vitest";
import type { CameraNow, ZoneNow } from "../../api/client.ts";
import { random, rowOf } from "../../testing/rows.ts";
import { ALERTS_MOST, difference, extentOf, gapsOf, levelOf, ringsOf, sceneOf, type Known, type Shape } from "./scene.ts";

const SQUARE: [number, number][] = [[52.3, 4.85], [52.3, 4.86], [52.31, 4.86]];
const camera = (change: Partial<CameraNow> = {}): CameraNow => ({
  camera_id: "c-1", name: "Plein", place: [52.3, 4.85], view: SQUARE, state: "online", reason: "", since: null, may_look_until: null, unseen_reports: 0, ...change,
});
const zone = (change: Partial<ZoneNow> = {}): ZoneNow => ({
  zone_id: "c-1:z", camera_id: "c-1", name: "Plein", outline: SQUARE, at: null, count: 3, per_m2: 1, error_per_m2: 0.2, lower_bound: false,
  rise_per_min: 0, level: "warn", level_text: "let op", ...change,
});
const place = { lat: 52.3, lon: 4.85, accuracy_m: 40 };
const known = (change: Partial<Known> = {}): Known => ({
  outlines: null, cameras: [], zones: [], alerts: [], gaps: [], chosen: "", cameraWord: (each) => each.state, ...change,
});
const of = <K extends Shape["kind"]>(shapes: readonly Shape[], kind: K) => shapes.filter((shape) => shape.kind === kind) as (Shape & { kind: K })[];

describe("areas", () => {
  const polygon = { type: "Polygon", coordinates: [[[4.85, 52.3], [4.86, 52.3], [4.86, 52.31], [4.85, 52.3]]] };
  it("come of every shape of GeoJSON, with latitude first", () => {
    const whole = { type: "FeatureCollection", features: [{ type: "Feature", geometry: polygon }, { type: "Feature", geometry: { type: "MultiPolygon", coordinates: [polygon.coordinates, polygon.coordinates] } }] };
    expect(ringsOf(whole)).toHaveLength(3);
    expect(ringsOf(polygon)[0]?.[0]?.[0]).toEqual([52.3, 4.85]);
    expect(ringsOf({ type: "GeometryCollection", geometries: [polygon] })).toHaveLength(1);
  });

  it("are passed over where they are none", () => {
    const junk: unknown[] = [null, 3, "x", [], {}, { type: "Polygon" }, { type: "Polygon", coordinates: 4 }, { type: "Polygon", coordinates: [["a"]] },
      { type: "FeatureCollection", features: [null, { type: "Feature" }] }, { type: "Point", coordinates: [4, 52] },
      { type: "Polygon", coordinates: [[[4, 91], [4, 500], [Number.NaN, 2], [4, 52]]] }];
    for (const each of junk) expect(ringsOf(each)).toEqual([]);
  });

  it("take whatever chance makes of them", () => {
    const next = random(4);
    const anything = (depth: number): unknown => {
      const kind = Math.floor(next() * 8);
      if (depth === 0 || kind < 3) return [null, next() * 400 - 200, "Polygon", true][Math.floor(next() * 4)];
      if (kind < 5) return Array.from({ length: 4 }, () => anything(depth - 1));
      const type = ["Polygon", "MultiPolygon", "Feature", "FeatureCollection", "GeometryCollection"][Math.floor(next() * 5)];
      return { type, coordinates: anything(depth - 1), features: anything(depth - 1), geometry: anything(depth - 1), geometries: anything(depth - 1) };
    };
    for (let times = 0; times < 3_000; times += 1) {
      for (const ring of ringsOf(anything(5)).flat()) {
        expect(ring.length).toBeGreaterThan(2);
        for (const [lat, lon] of ring) expect(Math.abs(lat) <= 90 && Math.abs(lon) <= 180).toBe(true);
      }
    }
  });
});

describe("scene", () => {
  it("draws a camera that can look without a word, and one that cannot with its word", () => {
    const shapes = sceneOf(known({ cameras: [camera(), camera({ camera_id: "c-2", state: "offline" })] }));
    expect(of(shapes, "camera").map(({ unable, label }) => [unable, label])).toEqual([[false, ""], [true, "offline"]]);
    expect(of(shapes, "view").map(({ unable }) => unable)).toEqual([false, true]);
  });

  it("leaves out what has no place: the table has it", () => {
    const shapes = sceneOf(known({ cameras: [camera({ place: null, view: [] })], zones: [zone({ outline: [] })], alerts: [rowOf()], gaps: [rowOf()] }));
    expect(shapes).toEqual([]);
  });

  it("draws the circle of the chosen alert and of P1 that nobody has, and no other", () => {
    const alerts = [
      rowOf({ id: "a", priority: "P1", place }), rowOf({ id: "b", priority: "P1", place, state: "acknowledged", handled_by: "operator-2" }),
      rowOf({ id: "c", priority: "P2", place }), rowOf({ id: "d", priority: "P3", place }),
    ];
    const circles = of(sceneOf(known({ alerts, chosen: "alert:d" })), "circle");
    expect(circles.map(({ key, radiusM }) => [key, radiusM])).toEqual([["circle:a", 40], ["circle:d", 40]]);
  });

  it("lays the most pressing on top, and the chosen above all", () => {
    const alerts = ["P1", "P2", "P3"].map((priority) => rowOf({ id: priority, priority: priority as "P1", place }));
    expect(of(sceneOf(known({ alerts })), "alert").map(({ key }) => key)).toEqual(["alert:P3", "alert:P2", "alert:P1"]);
    expect(of(sceneOf(known({ alerts, chosen: "alert:P3" })), "alert").at(-1)?.key).toBe("alert:P3");
  });

  it("draws the first of very many, and the chosen one wherever it stands", () => {
    const alerts = Array.from({ length: ALERTS_MOST + 50 }, (_, at) => rowOf({ id: `a-${at}`, place }));
    const shapes = of(sceneOf(known({ alerts, chosen: `alert:a-${ALERTS_MOST + 20}` })), "alert");
    expect(shapes).toHaveLength(ALERTS_MOST + 1);
    expect(shapes.at(-1)?.chosen).toBe(true);
  });

  it("hatches a zone by its level, and one of tomorrow's levels as the lowest that is told", () => {
    expect(["none", "warn", "high", "critical", "overflowing"].map((level) => levelOf(zone({ level })))).toEqual([0, 1, 2, 3, 1]);
    expect(of(sceneOf(known({ zones: [zone(), zone({ zone_id: "q", level: "none", level_text: "rustig" })] })), "zone").map(({ label }) => label)).toEqual(["let op", ""]);
  });
});

describe("gaps", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  it("are the reports of the last 24 h that no camera could see, the newest first", () => {
    const rows = [
      rowOf({ id: "old", verdict: "no_coverage", opened_at: "2026-11-28T11:59:00.000Z" }), rowOf({ id: "seen", verdict: "corroborated", opened_at: "2026-11-29T11:00:00.000Z" }),
      rowOf({ id: "one", verdict: "no_coverage", opened_at: "2026-11-29T09:00:00.000Z" }), rowOf({ id: "two", verdict: "camera_unavailable", opened_at: "2026-11-29T10:00:00.000Z" }),
      rowOf({ id: "sum", verdict: "no_coverage", opened_at: "2026-11-29T10:00:00.000Z", summary: [] }),
    ];
    expect(gapsOf(rows, now).map(({ id }) => id)).toEqual(["two", "one"]);
  });
});

describe("extent and difference", () => {
  it("hold a circle whole", () => {
    const [south, north] = extentOf([{ key: "c", kind: "circle", at: [52, 5], radiusM: 1_000, priority: "P1" }], ["circle"]) as [[number, number], [number, number]];
    expect((north[0] - south[0]) * 111_320).toBeCloseTo(2_000, 0);
    expect(north[1] - south[1]).toBeGreaterThan(north[0] - south[0]);
  });

  it("tell what is new, other and gone", () => {
    const first = sceneOf(known({ cameras: [camera(), camera({ camera_id: "c-2" })] }));
    const before = difference(new Map(), first);
    expect(before.put).toHaveLength(4);
    const after = difference(before.now, sceneOf(known({ cameras: [camera({ state: "degraded" })] })));
    expect(after.put.map(({ key }) => key)).toEqual(["view:c-1", "camera:c-1"]);
    expect(after.gone).toEqual(["view:c-2", "camera:c-2"]);
    expect(difference(after.now, sceneOf(known({ cameras: [camera({ state: "degraded" })] }))).put).toEqual([]);
  });
});
