/** Known: how names of places are put in order: as people count, "Stadshart 9" before "Stadshart 10". */

export const known = { collator: new Intl.Collator("nl", { numeric: true }) };
