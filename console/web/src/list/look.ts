/** Look: how a row stands on the list, as the table of docs/console.md § 3 has it: tag, text, bar, and the words of its columns. */
import { isOpen, type Act } from "../acting/machine.ts";
import type { Row } from "../api/client.ts";
import { lasts, t, time, word } from "../words/words.ts";

export type Kind = "new" | "escalated" | "acknowledged" | "over" | "aside" | "ended";

export interface Look {
  readonly kind: Kind;
  /** It left the tab while the order is held: struck through in its place. */
  readonly left: boolean;
  readonly pending: boolean;
}

/** Places worse known than this (m) are told with ≈. */
export const POOR_FROM_M = 250;
export const MARKS: Readonly<Record<string, string>> = {
  corroborated: "✓",
  consistent: "◐",
  pending: "…",
  unseen: "○",
  contradicted: "✕",
  camera_unavailable: "⊘",
  no_coverage: "–",
};

export function kindOf(row: Row): Kind {
  switch (row.state) {
    case "new":
      return row.escalated_at === null ? "new" : "escalated";
    case "acknowledged":
      return "acknowledged";
    case "returned_to_normal":
      return "over";
    case "shelved":
    case "suppressed":
      return "aside";
    default:
      return "ended";
  }
}

/** Return whether a row asks for somebody for the second time: nobody took it, or nobody comes. */
export const asksAgain = (row: Row): boolean => kindOf(row) === "escalated" || (row.state === "new" && row.unanswered_at !== null);

export function lookOf(row: Row, act: Act | null, onTab: boolean): Look {
  return { kind: kindOf(row), left: !onTab, pending: act !== null && act.phase !== "counting" };
}

/** Return what the column "who or state" says. */
export function stateWords(row: Row, act: Act | null, left: boolean, user: string): string {
  if (act !== null && isOpen(act)) return t(act.phase === "sending" ? "act.pending" : act.phase === "counting" ? "act.counting" : "act.late");
  const who = row.handled_by === user ? t("row.you") : row.handled_by;
  const kind = kindOf(row);
  if (left && kind === "ended") return who === null ? endWords(row) : t("row.closed_by", { user: who });
  switch (kind) {
    case "escalated":
      return t("row.second_time");
    case "new":
      if (who !== null) return t("row.for", { user: who });
      return row.unanswered_at === null ? word("state.", row.state) : t("row.nobody_comes");
    case "acknowledged":
      return who ?? word("state.", row.state);
    case "aside":
      return row.until === null ? word("state.", row.state) : t("row.until", { time: time(row.until) });
    case "over":
      return word("state.", row.state);
    case "ended":
      return endWords(row);
  }
}

function endWords(row: Row): string {
  if (row.merged_into !== null) return t("row.merged");
  return row.closing === "" ? word("state.", row.state) : word("verdict.closing.", row.closing);
}

/** Return what a row says of itself: a summary what stands under it, another its kind and what explains it. */
export function whatWords(row: Row): string {
  if (row.summary === null) return row.what;
  if (row.summary.length === 0) return t("row.grouped_none");
  const open = row.summary.reduce((sum, each) => sum + each.open, 0);
  const kinds = new Map<string, number>();
  for (const each of row.summary) kinds.set(each.category, (kinds.get(each.category) ?? 0) + each.open);
  const parts = [...kinds].sort((one, other) => other[1] - one[1]).map(([kind, n]) => t("row.kind_count", { n, kind: word("category.", kind).toLowerCase() }));
  return t("row.grouped", { n: open, kinds: parts.join(", ") });
}

/** Return where it is: with ≈ where that is known worse than 250 m, without the room's own town. */
export function whereWords(row: Row, town: string): string {
  const said = withoutTown(row.where, town);
  if (said === "" && row.place === null) return row.summary === null ? t("place.unknown") : "";
  const shown = said === "" ? t("row.on_map") : said;
  return row.place !== null && row.place.accuracy_m > POOR_FROM_M ? t("row.about", { where: shown }) : shown;
}

/** Return a place without the town that every place of the room has: ", Amstelveen" at its end. */
export function withoutTown(where: string, town: string): string {
  if (town === "") return where;
  const tail = `, ${town}`;
  return where.toLowerCase().endsWith(tail.toLowerCase()) ? where.slice(0, -tail.length) : where;
}

/** Return how long it has been known. */
export function ageWords(row: Row, now: number): string {
  return lasts((now - Date.parse(row.opened_at)) / 1_000);
}

/** Return the numbers of reports, and of cameras that saw of those that looked; empty for a summary. */
export function countWords(row: Row): string {
  if (row.summary !== null) return "";
  const reports = t("row.reports", { n: row.reports });
  return row.cameras_looked === 0 ? reports : t("row.reports_cameras", { reports, saw: row.cameras_saw, looked: row.cameras_looked });
}
