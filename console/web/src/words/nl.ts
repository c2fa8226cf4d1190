/** Dutch, level B1. Each part of the page has its own file; `en.ts` has the same keys, which its type demands. */

import { common } from "./nl/common.ts";
import { lists } from "./nl/lists.ts";
import { pages } from "./nl/pages.ts";
import { shell } from "./nl/shell.ts";

export const nl = { ...common, ...shell, ...lists, ...pages } as const;
