/** Words of the other pages: map, crowds, hand-over, cameras, system, audit, users, overview. */

export const pages = {
};
