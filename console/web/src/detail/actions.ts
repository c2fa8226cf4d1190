/** Actions: in which order the page offers what is allowed, and by which key each is done as well. */
import type { Action } from "../acting/acting.svelte.ts";
import { KEYS, type Command } from "../acting/keys.ts";

const ORDER: readonly (readonly [Action, Command | null])[] = [
  ["acknowledge", "acknowledge"],
  ["release", "release"],
  ["confirm_dispatch", "dispatch"],
  ["assign", "assign"],
  ["shelve", "shelve"],
  ["unshelve", null],
  ["false_alarm", "false_alarm"],
  ["close", "close"],
  ["reopen", null],
  ["merge", "merge"],
  ["split", "split"],
  ["note", "note"],
  ["detach", null],
  ["attach", null],
];

export interface Offered {
  readonly action: Action;
  readonly key: string | null;
}

/** Return the actions that are allowed, in the page's order; one that the page does not know is left out. */
export function actionsOf(allowed: readonly string[]): Offered[] {
  return ORDER.filter(([action]) => allowed.includes(action)).map(([action, command]) => ({
    action,
    key: KEYS.find((line) => line.command === command)?.keys[0] ?? null,
  }));
}
