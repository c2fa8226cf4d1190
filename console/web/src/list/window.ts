/** Window: which lines of one height stand in the document, and where a list scrolls to. All lengths in CSS px. */
export const ROW_PX = 40;
/** Lines beyond each edge, so that a quick scroll shows no empty strip. */
export const SPARE = 6;

export interface Range {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** Return the lines that stand in the document. */
export function inWindow(scroll: number, height: number, count: number): Range {
  const first = Math.max(0, Math.min(count, Math.floor(scroll / ROW_PX)) - SPARE);
  return { first, end: Math.min(count, Math.ceil((scroll + height) / ROW_PX) + SPARE) };
}

/** Return the lines that a person sees whole. */
export function onScreen(scroll: number, height: number, count: number): Range {
  return { first: Math.min(count, Math.ceil(scroll / ROW_PX)), end: Math.min(count, Math.floor((scroll + height) / ROW_PX)) };
}

/** Return how many whole lines a height shows: a page of PgUp and PgDn, at least one. */
export function page(height: number): number {
  return Math.max(1, Math.floor(height / ROW_PX) - 1);
}

/** Return where to scroll so that a line is whole on the screen, as little as possible. */
export function toShow(index: number, scroll: number, height: number): number {
  const top = index * ROW_PX;
  if (top < scroll) return top;
  return top + ROW_PX > scroll + height ? top + ROW_PX - height : scroll;
}

/** Return where to scroll so that a line that went from one place to another stays at its height on the screen. */
export function anchored(scroll: number, height: number, before: number, after: number, count: number): number {
  if (before < 0 || after < 0) return scroll;
  const farthest = Math.max(0, count * ROW_PX - height);
  return Math.max(0, Math.min(farthest, scroll + (after - before) * ROW_PX));
}
