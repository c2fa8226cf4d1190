/**
 * Hold: whether the list keeps its order now. While a hand or an eye is on it nothing is inserted, removed or reordered
 * (docs/console.md § 3): the pointer moves over it, a key moved the cursor, something is ticked, a menu or dialog is open, and
 * for `AFTER_MS` after each of these.
 */
export const AFTER_MS = 2_000;

export type Lasting = "ticks" | "dialog" | "menu";

export interface Hold {
  /** What holds the order for as long as it lasts. */
  readonly lasting: ReadonlySet<Lasting>;
  /** When a hand was last on the list (ms of the page's own steady clock). */
  readonly touchedAt: number;
}

export const FREE: Hold = { lasting: new Set(), touchedAt: Number.NEGATIVE_INFINITY };

/** Return the hold after the pointer moved over the list, or a key moved the cursor. */
export function touched(hold: Hold, now: number): Hold {
  return { ...hold, touchedAt: Math.max(hold.touchedAt, now) };
}

/** Return the hold after something that lasts began or ended; its end counts as a touch. */
export function lasts(hold: Hold, what: Lasting, on: boolean, now: number): Hold {
  if (hold.lasting.has(what) === on) return hold;
  const lasting = new Set(hold.lasting);
  if (on) lasting.add(what);
  else lasting.delete(what);
  return { lasting, touchedAt: on ? hold.touchedAt : now };
}

/** Return in how many ms the order is free: 0 now, infinity while something lasts. */
export function freeIn(hold: Hold, now: number): number {
  if (hold.lasting.size > 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, hold.touchedAt + AFTER_MS - now);
}
