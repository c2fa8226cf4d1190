/**
 * Order: the lines on the screen. Lines change in place at any time; they are inserted, removed and reordered only by `taken`.
 * The cursor belongs to an alert's id, never to a position.
 */
import type { Line } from "./lines.ts";

export class Order {
  #places: Map<string, number> | null = null;
  readonly lines: readonly Line[];
  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  /** Return where an alert stands; −1 where it does not. Of one alert looking is cheaper than an index: most orders live for one
   * frame, and an index of 20,000 lines takes longer than all else that is done in it. */
  place(id: string): number {
    return this.#places?.get(id) ?? (this.#places === null ? this.lines.findIndex((line) => line.id === id) : -1);
  }
  has(id: string): boolean {
    return this.place(id) >= 0;
  }
  /** Ids by their places, for who asks for many of them: made once. */
  get places(): ReadonlyMap<string, number> {
    this.#places ??= new Map(this.lines.map((line, place) => [line.id, place]));
    return this.#places;
  }
}

export const EMPTY = new Order([]);

/** Return the order of lines. */
export function taken(lines: readonly Line[]): Order {
  return new Order(lines);
}

/**
 * Return where a cursor goes when lines leave: it stays on its id; if that left, on the next of those before that stayed, or else
 * on the last one above.
 */
export function follows(before: readonly string[], stays: (id: string) => boolean, cursor: string | null): string | null {
  if (cursor === null || stays(cursor)) return cursor;
  const at = before.indexOf(cursor);
  if (at < 0) return null;
  return before.slice(at).find(stays) ?? before.slice(0, at).findLast(stays) ?? null;
}

/** Return how many of the wanted lines wait: they are not on the screen yet. */
export function waiting(order: Order, wanted: readonly Line[]): number {
  const { places } = order;
  return wanted.reduce((sum, line) => (places.has(line.id) ? sum : sum + 1), 0);
}

/** Return the order with what came at its end: where nothing moves by it, as in the band of P1. */
export function extended(order: Order, wanted: readonly Line[]): Order {
  const { places } = order;
  const more = wanted.filter((line) => !places.has(line.id));
  return more.length === 0 ? order : taken([...order.lines, ...more]);
}

/**
 * Return the order with what came at its end, or where no row is free there in the places of what left; what stays keeps its own.
 *
 * Of the band, while the order is held: what is over never keeps a new P1 from being seen.
 *
 * @param shown How many lines have a row; the others are a number, and need no place of their own.
 */
export function refilled(order: Order, wanted: readonly Line[], shown: number): Order {
  const stays = new Set(wanted.map((line) => line.id));
  const rows = order.lines.slice(0, shown);
  const waits = [...order.lines.slice(shown).filter((line) => stays.has(line.id)), ...wanted.filter((line) => !order.has(line.id))];
  const lines = rows.map((line) => (stays.has(line.id) || rows.length + waits.length <= shown ? line : (waits.shift() as Line)));
  lines.push(...waits);
  return same(order.lines, lines) ? order : taken(lines);
}

/** Return whether two rows of lines are the same lines in the same order. */
export function same(one: readonly Line[], other: readonly Line[]): boolean {
  return one.length === other.length && one.every((line, place) => line.id === other[place]?.id && line.depth === other[place]?.depth);
}

/** Return the id that is some steps from another among all that can be chosen; from none the first, or going up the last. */
export function stepped(ids: readonly string[], from: string | null, steps: number): string | null {
  const at = from === null ? -1 : ids.indexOf(from);
  const up = steps < 0 && Number.isFinite(steps);
  const to = at >= 0 || steps === Infinity ? at + steps : up ? ids.length - 1 : 0;
  return ids[Math.max(0, Math.min(ids.length - 1, to))] ?? null;
}
