/** Title: of the window: how many P1 nobody has, and the newest of them; it is read when the window is hidden. */

import type { Row } from "../api/client.ts";
import { t } from "../words/words.ts";

/** Return the title for what is unanswered, and whether the picture may be old. */
export function titleOf(unanswered: readonly Row[], old: boolean, room: string): string {
  const newest = unanswered.reduce<Row | null>((best, row) => (best === null || row.opened_at > best.opened_at ? row : best), null);
  if (newest !== null) {
    const values = { n: unanswered.length, priority: newest.priority, what: newest.what };
    return old ? t("title.p1_old", values) : t("title.p1", values);
  }
  return old ? t("title.old") : t("title.calm", { room });
}
