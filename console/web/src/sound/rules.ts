/** Rules of sound: what rings, how often, and what silence silences (docs/console.md § 4). Pure; time is an argument (ms). */

import type { Row } from "../api/client.ts";
import { isUnanswered } from "../live/store.ts";

export type Tone = "p1" | "escalated" | "p2" | "system" | "test";
/** One note: Hz, from when (ms), how long (ms), how loud (0 to 1). */
export type Note = { hz: number; atMs: number; lastsMs: number; gain: number };
export const TONES: Record<Tone, readonly Note[]> = {
  p1: [note(880, 0, 200), note(660, 220, 200)],
  escalated: [note(880, 0, 200), note(660, 220, 200), note(880, 440, 200)],
  p2: [{ hz: 520, atMs: 0, lastsMs: 250, gain: 0.15 }],
  system: [note(300, 0, 250), note(300, 320, 250)],
  test: [note(880, 0, 200), note(660, 220, 200)],
};
function note(hz: number, atMs: number, lastsMs: number): Note {
  return { hz, atMs, lastsMs, gain: 0.4 };
}

/** How often it rings until somebody has it (ms). */
export const EVERY_MS = { p1: 10_000, escalated: 5_000 } as const;
/** A soft tone is not repeated within this time, however many come at once (ms). */
export const SOFT_MS = 1_000;
export const MUTE_MINUTES = [2, 5, 10] as const;

/** Silence: until when (server's time, ms), and of what: what comes later rings. */
export type Mute = { until: number; rings: readonly string[] };
export type Ring = { key: string; escalated: boolean };

/** Return what rings for a row, if anything: a P1 that nobody has. An escalation rings as another thing than its alert, and so does one for which nobody comes. */
export function ringOf(row: Row): Ring | null {
  if (row.priority !== "P1" || !isUnanswered(row)) return null;
  return { key: `${row.id} ${row.escalated_at ?? ""} ${row.unanswered_at ?? ""}`, escalated: row.escalated_at !== null };
}

/** Return the silence that somebody asks for now: of all that rings, for some minutes. */
export function muteOf(unanswered: readonly Row[], minutes: number, now: number): Mute {
  return { until: now + minutes * 60_000, rings: unanswered.flatMap((row) => ringOf(row)?.key ?? []) };
}

export const isMuted = (mute: Mute | null, now: number): mute is Mute => mute !== null && now < mute.until;

/** Ringer: which tone is due. What rang is remembered, so that a new P1 rings at once and not with the next beat. */
export class Ringer {
  #rangAt = -Infinity;
  #softAt = -Infinity;
  #rung = new Set<string>();

  /** Return the tone that is due for what is unanswered. */
  due(unanswered: readonly Row[], mute: Mute | null, now: number): Tone | null {
    const rings = unanswered.flatMap((row) => ringOf(row) ?? []);
    const silent = new Set(isMuted(mute, now) ? mute.rings : []);
    const audible = rings.filter((each) => !silent.has(each.key));
    const rung = this.#rung;
    this.#rung = new Set(rings.filter((each) => rung.has(each.key) || !silent.has(each.key)).map((each) => each.key));
    if (audible.length === 0) return null;
    const tone = audible.some((each) => each.escalated) ? "escalated" : "p1";
    if (audible.every((each) => rung.has(each.key)) && now - this.#rangAt < EVERY_MS[tone]) return null;
    this.#rangAt = now;
    return tone;
  }

  /** Return the tone of a row that came over the stream: a P2 that asks has one, once; silence silences it. */
  soft(row: Row, mute: Mute | null, now: number): Tone | null {
    const asks = row.priority === "P2" && row.asks && row.grouped_under === null && isUnanswered(row);
    if (!asks || isMuted(mute, now) || now - this.#softAt < SOFT_MS) return null;
    this.#softAt = now;
    return "p2";
  }
}
