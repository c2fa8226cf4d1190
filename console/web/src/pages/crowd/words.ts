/** Words of crowds: how many, how dense, how fast it rises; what is not measured is not told as zero. */

import type { ZoneNow } from "../../api/client.ts";
import { language, t } from "../../words/words.ts";

const formats = new Map<string, Intl.NumberFormat>();
/** Return a number with as many decimals as it is worth. */
export function decimals(value: number, digits: number): string {
  const key = `${language()}${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language() === "nl" ? "nl-NL" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(value);
}

/** Return what a zone shows now: density with its error, or the count alone where the camera is not calibrated. */
export function amountWords(zone: ZoneNow): string {
  if (zone.count === null) return t("crowd.not_looked");
  if (zone.per_m2 === null) return t("crowd.count_only", { n: zone.count });
  const values = { density: decimals(zone.per_m2, 1), error: decimals(zone.error_per_m2 ?? 0, 1) };
  if (zone.error_per_m2 === null) return zone.lower_bound ? t("crowd.density_least", { density: values.density }) : t("crowd.density", { density: values.density });
  return zone.lower_bound ? t("crowd.density_error_least", values) : t("crowd.density_error", values);
}

/** Return how fast it rises or falls; empty where nobody knows. */
export function riseWords(zone: ZoneNow): string {
  const rise = zone.rise_per_min;
  if (rise === null) return "";
  if (Math.abs(rise) < 0.5) return t("crowd.steady");
  return rise > 0 ? t("crowd.rises", { n: Math.round(rise) }) : t("crowd.falls", { n: Math.round(-rise) });
}

/** Return how many decimals an axis with a step needs, so that no line is told as another than it is: 0.25 is not 0.3. */
export function digitsOf(step: number): number {
  return [0, 1, 2].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
}

/** Return the labels of an axis that counts persons: half a person has none. */
export function wholeOf(splits: readonly number[]): string[] {
  return splits.map((value) => (Number.isInteger(value) ? decimals(value, 0) : ""));
}
