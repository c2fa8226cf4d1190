/** Words: the page's own labels in the language that was chosen. No sentence is glued from parts: each has one key. */

import { en } from "./en.ts";
import { nl } from "./nl.ts";

/** Forms of a text by the count `n` (Intl.PluralRules): Dutch and English have these two. */
export type Forms = { readonly one: string; readonly other: string };
export type Text = string | Forms;
export type Key = keyof typeof nl;
export type Language = "nl" | "en";

type In<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | In<Rest> : never;
type NamesOf<T> = T extends Forms ? In<T["one"]> | In<T["other"]> | "n" : In<T>;
/** The values that a text of this key needs: exactly its `{names}`. */
export type Values<K extends Key> = Record<NamesOf<(typeof nl)[K]>, string | number>;
type Given<K extends Key> = [NamesOf<(typeof nl)[K]>] extends [never] ? [] : [values: Values<K>];

const catalogues: Record<Language, Record<Key, Text>> = { nl, en };
const numbers = { nl: new Intl.NumberFormat("nl-NL"), en: new Intl.NumberFormat("en-GB") };
const plurals = { nl: new Intl.PluralRules("nl"), en: new Intl.PluralRules("en") };
let chosen: Language = "nl";

/** The language of the page; it is chosen once, before anything is shown (`shell/settings`). */
export function language(): Language {
  return chosen;
}
export function speak(choice: Language): void {
  chosen = choice;
}

function written(value: string | number): string {
  return typeof value === "number" ? numbers[chosen].format(value) : value;
}

/** Return the text of a key, its values filled in; numbers are written as the language writes them. */
export function t<K extends Key>(key: K, ...[values]: Given<K>): string {
  return fill(catalogues[chosen][key], values as Record<string, string | number> | undefined);
}

/** Return whether a code has words of its own under a prefix: `has("state.", "new")`. */
export function has(key: string): key is Key {
  return Object.hasOwn(nl, key);
}

/** Return the word of a code under a prefix, such as `state.` and `new`; an unknown code is shown as it is, and counted. */
export function word(prefix: string, code: string): string {
  const key = prefix + code;
  if (has(key)) return fill(catalogues[chosen][key], undefined);
  unknown.set(key, (unknown.get(key) ?? 0) + 1);
  return code;
}

/** Codes that had no word, and how often: what a newer server says. */
export const unknown = new Map<string, number>();

export function fill(text: Text, values: Record<string, string | number> | undefined): string {
  const form = typeof text === "string" ? text : text[plurals[chosen].select(Number(values?.["n"] ?? 0)) === "one" ? "one" : "other"];
  return values === undefined ? form : form.replace(/\{(\w+)\}/g, (_, name: string) => written(values[name] ?? ""));
}

const ZONE = "Europe/Amsterdam";
const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(kind: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = chosen + kind;
  let made = clocks.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(chosen === "nl" ? "nl-NL" : "en-GB", { timeZone: ZONE, hourCycle: "h23", ...options });
    clocks.set(key, made);
  }
  return made;
}
type Moment = string | number;
const at = (moment: Moment): number => (typeof moment === "number" ? moment : Date.parse(moment));
function shown(moment: Moment, kind: string, options: Intl.DateTimeFormatOptions): string {
  const ms = at(moment);
  return Number.isFinite(ms) ? clockOf(kind, options).format(ms) : String(moment);
}

/** 04:12:31, in Amsterdam. */
export const timeS = (moment: Moment): string => shown(moment, "s", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
/** 04:12, in Amsterdam. */
export const time = (moment: Moment): string => shown(moment, "m", { hour: "2-digit", minute: "2-digit" });
const DAY = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
/** 12 mei 04:12, in Amsterdam; with its year where that is another one than now's. */
export const dateTime = (moment: Moment): string =>
  new Date(moment).getFullYear() === new Date().getFullYear() ? shown(moment, "d", DAY) : shown(moment, "y", { ...DAY, year: "numeric" });

/** Return how long something lasts, short: `8 s`, `12 min`, `3 u 05`, `2 d`. */
export function lasts(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return t("span.s", { s });
  if (s < 3_600) return t("span.min", { min: Math.floor(s / 60) });
  if (s < 86_400) return t("span.h", { h: Math.floor(s / 3_600), min: String(Math.floor((s % 3_600) / 60)).padStart(2, "0") });
  return t("span.d", { d: Math.floor(s / 86_400) });
}
