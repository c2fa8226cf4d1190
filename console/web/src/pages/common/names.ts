/** Names: how names of places are put in order: as people count, "Stadshart 9" before "Stadshart 10". */

const collator = new Intl.Collator("nl", { numeric: true });

export const byName = (one: { readonly name: string }, other: { readonly name: string }): number => collator.compare(one.name, other.name);
