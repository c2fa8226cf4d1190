/** Words of the work page: list, detail, acting. */

export const lists = {
} as const;
