/** Series: a zone over time as columns for a chart: the line, its band of one standard deviation, gaps where nobody looked. Pure. */

import type { Schemas, ZoneNow } from "../../api/client.ts";

export type Series = Schemas["Series"];
export type Point = Schemas["SeriesPoint"];
/** How far back a chart goes (s). */
export const SPAN_S = 2 * 3_600;

export interface Columns {
  /** Seconds since 1970. */
  readonly at: number[];
  readonly low: (number | null)[];
  readonly middle: (number | null)[];
  readonly high: (number | null)[];
  /** Whether there are probably more than the line says. */
  readonly least: boolean[];
}

/** Return the columns of points: density where the zone is calibrated, or else the count, which has no band. */
export function columnsOf(points: readonly Point[], calibrated: boolean): Columns {
  const middle = points.map((point) => (calibrated ? point.per_m2 : point.count));
  const error = points.map((point) => (calibrated ? point.error_per_m2 : null));
  const away = (sign: 1 | -1) => middle.map((value, at) => (value === null ? null : Math.max(0, value + sign * (error[at] ?? 0))));
  return {
    at: points.map((point) => Date.parse(point.at) / 1_000),
    middle,
    low: away(-1),
    high: away(1),
    least: points.map((point) => point.lower_bound),
  };
}

/** Return the points with what the zone showed since they were read; a time that nobody looked at stays a gap. */
export function withNewest(points: readonly Point[], zone: ZoneNow, stepS: number): readonly Point[] {
  if (zone.at === null) return points;
  const last = points.at(-1);
  const stepMs = stepS * 1_000;
  const at = Math.floor(Date.parse(zone.at) / stepMs) * stepMs;
  const since = last === undefined ? -Infinity : at - Date.parse(last.at);
  if (since < stepMs) return points;
  const newest = { at: iso(at), count: zone.count, per_m2: zone.per_m2, error_per_m2: zone.error_per_m2, lower_bound: zone.lower_bound };
  const nothing = { count: null, per_m2: null, error_per_m2: null, lower_bound: false };
  const gap = last !== undefined && since > 2 * stepMs ? [{ at: iso(Date.parse(last.at) + stepMs), ...nothing }] : [];
  const first = at - SPAN_S * 1_000;
  return [...points.filter((point) => Date.parse(point.at) >= first), ...gap, newest];
}
const iso = (ms: number): string => new Date(ms).toISOString();

/** Return where nobody looked, as [from, until] in seconds, within a window. */
export function unseenOf(columns: Columns, stepS: number, from: number, until: number): [number, number][] {
  const found: [number, number][] = [];
  let since: number | null = from;
  columns.at.forEach((at, place) => {
    if (at < from || at > until) return;
    if (columns.middle[place] === null) since ??= at;
    else {
      if (since !== null && at - since > stepS) found.push([since, at]);
      since = null;
    }
  });
  const end = columns.at.at(-1);
  if (end !== undefined && since === null && until - end > 3 * stepS) since = end + stepS;
  if (since !== null && until > since) found.push([since, until]);
  return found;
}

/** Return how high the chart is: all thresholds and the band fit below. */
export function ceilingOf(columns: Columns, thresholds: readonly Schemas["Threshold"][]): number {
  const highest = columns.high.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const levels = thresholds.reduce((most, each) => Math.max(most, each.per_m2), 0);
  return Math.max(1.15 * levels, 1.1 * highest, 1);
}

/** Return the points that a table tells: the last of each span of minutes, the newest first. */
export function sampled(points: readonly Point[], minutes: number): Point[] {
  const each = new Map<number, Point>();
  for (const point of points) each.set(Math.floor(Date.parse(point.at) / (minutes * 60_000)), point);
  return [...each.values()].reverse();
}
