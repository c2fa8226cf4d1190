/** English, with the keys of Dutch: one that is missing or too many does not pass the type check. */

import { common } from "./en/common.ts";
import { lists } from "./en/lists.ts";
import { pages } from "./en/pages.ts";
import { shell } from "./en/shell.ts";
import type { nl } from "./nl.ts";
import type { Forms } from "./words.ts";

export const en = { ...common, ...shell, ...lists, ...pages } satisfies Same<typeof nl>;

/** The same keys, a text for a text and forms for forms. */
type Same<T> = { [K in keyof T]: T[K] extends Forms ? Forms : string };
