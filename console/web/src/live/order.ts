/** Order: that of the list everywhere: priority, score (highest first), oldest first, id. It is the order of `toezicht watch`. */

import type { Row } from "../api/client.ts";

export type Order<T> = (a: T, b: T) => number;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const listOrder: Order<Row> = (a, b) =>
  text(a.priority, b.priority) || b.score - a.score || text(a.opened_at, b.opened_at) || text(a.id, b.id);

/** What is put aside: what comes back first stands first; without an end it stands last. */
export const asideOrder: Order<Row> = (a, b) => text(a.until ?? "~", b.until ?? "~") || text(a.id, b.id);

/** What ended: the newest first. */
export const endedOrder: Order<Row> = (a, b) => text(b.changed_at, a.changed_at) || text(a.id, b.id);

/** Sorted: an array that stays in its order; an order never says 0 of two different rows, since the id decides last. */
export class Sorted<T> {
  #items: T[] = [];
  constructor(readonly order: Order<T>) {}

  /** The rows in order; the same array as long as nothing is replaced as a whole: copy it to hold it. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Return where an item stands, or would stand. */
  place(item: T): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.order(this.#items[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(item: T): void {
    this.#items.splice(this.place(item), 0, item);
  }

  /** Take an item out; the very object that was put in. */
  remove(item: T): void {
    const at = this.place(item);
    if (this.#items[at] === item) this.#items.splice(at, 1);
  }

  /** Put another object where one stood, if it belongs at the same place; else take out and put in. */
  replace(old: T, item: T): void {
    if (this.order(old, item) === 0) this.#items[this.place(old)] = item;
    else {
      this.remove(old);
      this.add(item);
    }
  }

  /** Add many at once: one sort instead of many insertions. */
  addAll(items: readonly T[]): void {
    if (items.length < 32) return items.forEach((each) => this.add(each));
    const more = [...items].sort(this.order);
    const last = this.#items.at(-1);
    // A list comes in its order: most of its parts stand behind all that came before.
    if (last === undefined || this.order(last, more[0] as T) < 0) for (const each of more) this.#items.push(each);
    else this.#items = this.#items.concat(more).sort(this.order);
  }

  clear(): void {
    this.#items = [];
  }
}
