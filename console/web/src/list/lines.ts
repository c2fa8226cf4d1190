/** Lines: which alerts stand on which tab, in which order: symptoms under their cause, what is grouped under its summary. */
import type { Row } from "../api/client.ts";
import { hasEnded, isUnanswered } from "../live/store.ts";

export const TABS = ["open", "mine", "shelved", "suppressed", "ended"] as const;
export type Tab = (typeof TABS)[number];

/** How many symptoms stand under a cause before anybody asks for the others: the most urgent. */
export const SYMPTOMS_SHOWN = 3;
const DAY_MS = 86_400_000;

export interface Line {
  readonly id: string;
  /** 1 for what stands under another line. */
  readonly depth: 0 | 1;
}

export interface Wanted {
  readonly tab: Tab;
  readonly user: string;
  readonly search: string;
  /** Causes and summaries of which all is to be shown, and those of which nothing is. */
  readonly opened: ReadonlySet<string>;
  readonly folded: ReadonlySet<string>;
  /** The server's time (ms). */
  readonly now: number;
}

/** Return whether an alert stands on a tab, on a line of its own or under another. */
export function onTab(row: Row, tab: Tab, user: string, now: number): boolean {
  switch (tab) {
    case "open":
      return row.listed;
    case "mine":
      return row.handled_by === user && !hasEnded(row);
    case "shelved":
      return row.state === "shelved";
    case "suppressed":
      return row.state === "suppressed";
    case "ended":
      return hasEnded(row) && now - Date.parse(row.changed_at) <= DAY_MS;
  }
}

/** Rows: all that the page knows, as the store keeps them: each part in its order. */
export interface Rows {
  readonly listed: readonly Row[];
  readonly aside: readonly Row[];
  readonly ended: readonly Row[];
}

/** The arrays in which a tab's rows stand. */
function partsFor(rows: Rows, tab: Tab): (readonly Row[])[] {
  if (tab === "open") return [rows.listed];
  if (tab === "ended") return [rows.ended];
  return tab === "mine" ? [rows.listed, rows.aside] : [rows.aside];
}

/** Return how many alerts stand on each tab. */
export function counted(rows: Rows, user: string, now: number): Record<Tab, number> {
  const count = (tab: Tab): number => {
    let sum = 0;
    for (const part of partsFor(rows, tab)) for (const row of part) if (onTab(row, tab, user, now)) sum += 1;
    return sum;
  };
  return { open: rows.listed.length, mine: count("mine"), shelved: count("shelved"), suppressed: count("suppressed"), ended: count("ended") };
}

/** Return whether an alert is what somebody searches: every word of the search stands in what, where, id, handler or partners. */
export function found(row: Row, search: string): boolean {
  return foundAll(row, wordsOf(search));
}

const wordsOf = (search: string): string[] => folded(search).split(/\s+/u).filter(Boolean);

function foundAll(row: Row, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = searched(row);
  return words.every((word) => text.includes(word));
}

/** What is searched in a row, kept as long as the row: a search looks through all of them with each change. */
const texts = new WeakMap<Row, string>();
function searched(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = folded([row.what, row.title, row.where, row.id, row.handled_by ?? "", ...row.recipients, ...(row.found_by ?? [])].join(" "));
  texts.set(row, text);
  return text;
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Return the lines of a tab.
 *
 * On the tab of what is open symptoms stand under their cause and grouped alerts under their summary; elsewhere, and for a
 * search, every alert has a line of its own, so that a search finds what stands under another.
 *
 * @param apart Alerts that stand elsewhere on the page: those of the band. What stands under them is shown where a person opened
 *   them; a search finds them here too.
 */
export function wanted(rows: Rows, want: Wanted, apart: ReadonlySet<string> = new Set()): Line[] {
  const words = wordsOf(want.search);
  if (want.tab === "open" && words.length === 0) return nested(rows.listed, want, apart);
  const lines: Line[] = [];
  for (const part of partsFor(rows, want.tab)) {
    for (const row of part) {
      if (onTab(row, want.tab, want.user, want.now) && foundAll(row, words)) lines.push({ id: row.id, depth: 0 });
    }
  }
  return lines;
}

/** It runs over every row with each frame in which anything changed: few objects, no set of all ids. */
function nested(rows: readonly Row[], want: Wanted, apart: ReadonlySet<string>): Line[] {
  const heads = headsOf(rows);
  const under = new Map<string, string[]>();
  const lines: Line[] = [];
  if (heads.size > 0) {
    for (const row of rows) {
      const head = headOf(row, heads);
      if (head === null) continue;
      const others = under.get(head);
      if (others === undefined) under.set(head, [row.id]);
      else others.push(row.id);
    }
  }
  for (const row of rows) {
    if (headOf(row, heads) !== null) continue;
    const elsewhere = apart.has(row.id);
    if (!elsewhere) lines.push({ id: row.id, depth: 0 });
    const all = under.get(row.id);
    if (all === undefined) continue;
    const shown = !elsewhere ? Math.min(all.length, shownUnder(row, want)) : want.opened.has(row.id) ? all.length : 0;
    for (let at = 0; at < shown; at += 1) lines.push({ id: all[at] as string, depth: 1 });
  }
  return lines;
}

/** Return which alerts that others name as their head are on the list themselves. */
function headsOf(rows: readonly Row[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const row of rows) {
    const head = row.under_cause ?? row.grouped_under;
    if (head !== null) named.add(head);
  }
  const heads = new Set<string>();
  if (named.size > 0) for (const row of rows) if (named.has(row.id)) heads.add(row.id);
  return heads;
}

/** Return the alert that another stands under on the list: never for a P1, and only where that alert is there itself. */
export function headOf(row: Row, ids: ReadonlySet<string>): string | null {
  if (row.priority === "P1") return null;
  const head = row.under_cause ?? row.grouped_under;
  return head !== null && head !== row.id && ids.has(head) ? head : null;
}

function shownUnder(row: Row, want: Wanted): number {
  if (want.folded.has(row.id)) return 0;
  if (want.opened.has(row.id)) return Infinity;
  return row.summary === null ? SYMPTOMS_SHOWN : 0;
}

/** Return whether an alert stands in the band: a P1 that waits for somebody. */
export function inBand(row: Row): boolean {
  return row.priority === "P1" && isUnanswered(row);
}

/** Return the band: every P1 without a handler, the newest last. Listed rows come in their order, P1 first. */
export function band(listed: readonly Row[]): Line[] {
  const end = listed.findIndex((row) => row.priority !== "P1");
  const since = (row: Row): number => Date.parse(row.back_at ?? row.opened_at);
  return (end < 0 ? [...listed] : listed.slice(0, end))
    .filter(inBand)
    .sort((one, other) => since(one) - since(other) || (one.id < other.id ? -1 : 1))
    .map((row) => ({ id: row.id, depth: 0 }));
}
