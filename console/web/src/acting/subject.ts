/** Subject: what an action is about, in words, from the rows that are known. */
import { live } from "../live/use.svelte.ts";
import { whatWords, whereWords } from "../list/look.ts";
import { t } from "../words/words.ts";

/** Return an alert as a person would name it: its kind and its place. */
export function nameOf(id: string): string {
  const row = live.store.row(id);
  if (row === undefined) return id;
  const where = whereWords(row, live.info?.town ?? "");
  return [`${row.priority} ${whatWords(row)}`, where].filter(Boolean).join(", ");
}

/** Return alerts as one name: one by its own, several by their number. */
export function nameOfAll(ids: readonly string[]): string {
  return ids.length === 1 ? nameOf(ids[0] as string) : t("undo.many", { n: ids.length });
}
