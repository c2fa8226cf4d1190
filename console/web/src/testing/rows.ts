/** Rows for tests: a row as the API sends it, changed where a test wants it. */

import type { Row, Status } from "../api/client.ts";

export function rowOf(change: Partial<Row> = {}): Row {
  const plain: Partial<Row> = {
    id: "alert-1", offset: 1, revision: 1, state: "new", change: "opened", priority: "P2", score: 50, category: "straatroof",
    what: "Straatroof", title: "Straatroof", where: "Stationsplein", place: null, verdict: "pending", reports: 1,
    cameras_saw: 0, cameras_looked: 0, listed: true, asks: true, handled_by: null, handled_since: null,
    opened_at: "2026-11-29T03:00:00.000Z", changed_at: "2026-11-29T03:00:00.000Z", back_at: null, escalated_at: null, unanswered_at: null,
    until: null, aside: "", closing: "", merged_into: null, falls_to: null, falls_at: null, grouped_under: null,
    under_cause: null, symptoms: 0, summary: null, next_step: "", recipients: [],
  };
  return { ...plain, ...change } as Row;
}

export function statusOf(change: Partial<Status> = {}): Status {
  return {
    server_at: "2026-11-29T03:00:10.000Z", reading: true, ticks_at: "2026-11-29T03:00:08.000Z",
    canary_at: "2026-11-29T03:00:00.000Z", canary_late: false, stages: [], cameras_total: 16, cameras_able: 16,
    alerts_hour: 4, budget_hour: 6, unreadable: null, ...change,
  };
}

/** A generator of pseudo-random numbers between 0 and 1, the same ones for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
