/** Scene: what the map shows, as plain shapes: areas, views, zones, cameras, alerts, circles and gaps. Pure; no map library. */

import type { CameraNow, Priority, Row, ZoneNow } from "../../api/client.ts";
import { kindOf, type Kind } from "../../list/look.ts";
import { isUnanswered } from "../../live/store.ts";

/** WGS 84: latitude, longitude. */
export type LatLon = [number, number];
export type Shape = { readonly key: string } & (
  | { readonly kind: "area"; readonly rings: LatLon[][] }
  | { readonly kind: "view"; readonly ring: LatLon[]; readonly unable: boolean; readonly chosen: boolean }
  | { readonly kind: "zone"; readonly ring: LatLon[]; readonly level: ZoneLevel; readonly label: string; readonly chosen: boolean }
  | { readonly kind: "camera"; readonly at: LatLon; readonly unable: boolean; readonly label: string; readonly chosen: boolean }
  | { readonly kind: "circle"; readonly at: LatLon; readonly radiusM: number; readonly priority: Priority }
  | { readonly kind: "gap"; readonly at: LatLon; readonly chosen: boolean }
  | { readonly kind: "alert"; readonly at: LatLon; readonly priority: Priority; readonly look: Kind; readonly chosen: boolean }
);
export type ZoneLevel = 0 | 1 | 2 | 3;

/** How many alerts are drawn at most; the list's order decides which. */
export const ALERTS_MOST = 2_000;
const DAY_MS = 86_400_000;
const METRES_PER_DEGREE = 111_320;
const LEVELS: Readonly<Record<string, ZoneLevel>> = { none: 0, warn: 1, high: 2, critical: 3 };

/** Return how dense a zone is hatched; a level of a newer server as the lowest that is told. */
export const levelOf = (zone: ZoneNow): ZoneLevel => LEVELS[zone.level] ?? 1;
/** Whether a camera cannot look, or not well. */
export const isUnable = (camera: CameraNow): boolean => camera.state !== "online";

/** Return rings of GeoJSON's areas; what is no area is passed over, whatever it is. */
export function ringsOf(outlines: unknown): LatLon[][][] {
  const found: LatLon[][][] = [];
  const look = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { type, features, geometry, geometries, coordinates } = node as Record<string, unknown>;
    if (type === "FeatureCollection" && Array.isArray(features)) features.forEach(look);
    else if (type === "GeometryCollection" && Array.isArray(geometries)) geometries.forEach(look);
    else if (type === "Feature") look(geometry);
    else if (type === "Polygon") add(coordinates);
    else if (type === "MultiPolygon" && Array.isArray(coordinates)) coordinates.forEach(add);
  };
  const add = (polygon: unknown): void => {
    const rings = Array.isArray(polygon) ? polygon.map(ringOf).filter((ring) => ring.length > 2) : [];
    if (rings.length > 0) found.push(rings);
  };
  look(outlines);
  return found;
}

function ringOf(ring: unknown): LatLon[] {
  if (!Array.isArray(ring)) return [];
  return ring.flatMap((point: unknown): LatLon[] => {
    const [lon, lat] = Array.isArray(point) ? (point as unknown[]) : [];
    return typeof lat === "number" && typeof lon === "number" && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [[lat, lon]] : [];
  });
}

/** Return the reports of the last 24 h that no camera could see, the newest first. */
export function gapsOf(rows: Iterable<Row>, now: number): Row[] {
  const since = now - DAY_MS;
  const found = [...rows].filter(
    (row) => row.summary === null && (row.verdict === "no_coverage" || row.verdict === "camera_unavailable") && Date.parse(row.opened_at) >= since,
  );
  return found.sort((one, other) => Date.parse(other.opened_at) - Date.parse(one.opened_at));
}

export interface Known {
  readonly outlines: unknown;
  readonly cameras: Iterable<CameraNow>;
  readonly zones: Iterable<ZoneNow>;
  /** Open alerts, in the list's order. */
  readonly alerts: readonly Row[];
  readonly gaps: readonly Row[];
  /** The key of what a person chose, such as `alert:…`. */
  readonly chosen: string;
  /** The word of what keeps a camera from looking, and of a zone's level. */
  readonly cameraWord: (camera: CameraNow) => string;
}

/** Return what is drawn, from the ground up: what comes later lies on top. */
export function sceneOf(known: Known): Shape[] {
  const { chosen } = known;
  const shapes: Shape[] = ringsOf(known.outlines).map((rings, at) => ({ key: `area:${at}`, kind: "area", rings }));
  const cameras = [...known.cameras];
  for (const camera of cameras) {
    if (camera.view.length < 3) continue;
    shapes.push({ key: `view:${camera.camera_id}`, kind: "view", ring: camera.view, unable: isUnable(camera), chosen: chosen === `camera:${camera.camera_id}` });
  }
  for (const zone of known.zones) {
    if (zone.outline.length < 3) continue;
    const level = levelOf(zone);
    const key = `zone:${zone.zone_id}`;
    shapes.push({ key, kind: "zone", ring: zone.outline, level, label: level === 0 && chosen !== key ? "" : zone.level_text, chosen: chosen === key });
  }
  for (const camera of cameras) {
    if (camera.place === null) continue;
    const [key, unable] = [`camera:${camera.camera_id}`, isUnable(camera)];
    const label = unable ? known.cameraWord(camera) : chosen === key ? camera.name : "";
    shapes.push({ key, kind: "camera", at: camera.place, unable, label, chosen: chosen === key });
  }
  for (const row of known.gaps) {
    if (row.place !== null) shapes.push({ key: `gap:${row.id}`, kind: "gap", at: placeOf(row.place), chosen: chosen === `gap:${row.id}` });
  }
  return [...shapes, ...alertShapes(known.alerts, chosen)];
}

function alertShapes(alerts: readonly Row[], chosen: string): Shape[] {
  const drawn = alerts.filter((row) => row.place !== null && row.summary === null);
  const shown = drawn.filter((row, at) => at < ALERTS_MOST || chosen === `alert:${row.id}`);
  const circles = shown.flatMap((row): Shape[] => {
    const circled = chosen === `alert:${row.id}` || (row.priority === "P1" && isUnanswered(row));
    return row.place === null || !circled
      ? []
      : [{ key: `circle:${row.id}`, kind: "circle", at: placeOf(row.place), radiusM: row.place.accuracy_m, priority: row.priority }];
  });
  // The most pressing lie on top, and the chosen one above all.
  const tags = shown.toReversed().map((row): Shape => {
    const key = `alert:${row.id}`;
    return { key, kind: "alert", at: placeOf(row.place as NonNullable<Row["place"]>), priority: row.priority, look: kindOf(row), chosen: chosen === key };
  });
  return [...circles, ...tags.filter((tag) => tag.key !== chosen), ...tags.filter((tag) => tag.key === chosen)];
}

const placeOf = (place: NonNullable<Row["place"]>): LatLon => [place.lat, place.lon];

/** Return the points that a view of the whole has to hold: the areas' where there are any, else all that is drawn. */
export function extentOf(shapes: readonly Shape[], kinds: readonly Shape["kind"][]): LatLon[] {
  return shapes.filter((shape) => kinds.includes(shape.kind)).flatMap((shape): LatLon[] => {
    switch (shape.kind) {
      case "area":
        return shape.rings.flat();
      case "view":
      case "zone":
        return [...shape.ring];
      case "circle": {
        const north = shape.radiusM / METRES_PER_DEGREE;
        const east = north / Math.max(0.01, Math.cos((shape.at[0] * Math.PI) / 180));
        return [[shape.at[0] - north, shape.at[1] - east], [shape.at[0] + north, shape.at[1] + east]];
      }
      default:
        return [shape.at];
    }
  });
}

/** Return the middle of a ring's corners: where its word stands. */
export function middleOf(ring: readonly LatLon[]): LatLon {
  const lats = ring.map(([lat]) => lat);
  const lons = ring.map(([, lon]) => lon);
  return [(Math.min(...lats) + Math.max(...lats)) / 2, (Math.min(...lons) + Math.max(...lons)) / 2];
}

/** What came, changed or went between two scenes, by key. Each shape of the new one is in `put` if it is not the same as before. */
export function difference(before: ReadonlyMap<string, string>, shapes: readonly Shape[]): { put: Shape[]; gone: string[]; now: Map<string, string> } {
  const now = new Map(shapes.map((shape) => [shape.key, JSON.stringify(shape)]));
  return {
    put: shapes.filter((shape) => before.get(shape.key) !== now.get(shape.key)),
    gone: [...before.keys()].filter((key) => !now.has(key)),
    now,
  };
}
