/** Near: how far places are from each other. */
import type { Row } from "../api/client.ts";

const METRES_PER_DEGREE = 111_320;

/** Return the distance of two places (m), on a plane, which is exact enough within a town; infinity where one is not known. */
export function metresBetween(one: Row["place"], other: Row["place"]): number {
  if (one === null || other === null) return Infinity;
  const north = (one.lat - other.lat) * METRES_PER_DEGREE;
  const east = (one.lon - other.lon) * METRES_PER_DEGREE * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
