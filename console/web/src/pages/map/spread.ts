/** Spread: where words stand beside their signs so that none lies over another: a pure function of places on the screen (px). */

/** A sign on the screen: its place, how wide its word is (0: it has none), and how far it reaches itself. */
export type Word = { readonly key: string; readonly x: number; readonly y: number; readonly width: number; readonly reach: number };
/** Where a word begins, in the middle of its height, from its sign; `leader` where a line has to say whose it is. */
export type Spot = { readonly dx: number; readonly dy: number; readonly leader: boolean };
export type Size = { readonly width: number; readonly height: number };

/** Half the height of a word's ground, and how much wider than the word that is on each side (px). */
const HALF = 9;
const PAD = 3;
/** Between a sign and its word (px). */
const GAP = 4;
/** How many steps away from its sign a word is put at most. */
const STEPS = 5;

type Box = { left: number; top: number; right: number; bottom: number };
const meets = (one: Box, other: Box): boolean => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
const boxOf = (word: Word, { dx, dy }: Spot): Box => ({
  left: word.x + dx - PAD, top: word.y + dy - HALF, right: word.x + dx + word.width + PAD, bottom: word.y + dy + HALF,
});

/** Places beside a sign, the best first: right of it, left, below, above, and farther away up and down with a line. */
function* spotsOf(word: Word): Generator<Spot> {
  const beside = word.reach + GAP;
  const [right, left, middle] = [beside, -beside - word.width, -word.width / 2];
  yield { dx: right, dy: 0, leader: false };
  yield { dx: left, dy: 0, leader: false };
  yield { dx: middle, dy: word.reach + HALF, leader: false };
  yield { dx: middle, dy: -word.reach - HALF, leader: false };
  for (let step = 1; step <= STEPS; step += 1) {
    const dy = step * (2 * HALF + 2);
    for (const dx of [right, left]) for (const sign of [1, -1]) yield { dx, dy: sign * dy, leader: true };
  }
}

/** Return where the word of each sign stands, by the sign's key: over no sign, no other word and no edge, wherever there is room.
 *
 * @param signs All signs; those without a word keep words away.
 * @param size Of the screen, where words have to stay within it. */
export function spread(signs: readonly Word[], size: Size | null): Map<string, Spot> {
  const taken: Box[] = signs.map(({ x, y, reach }) => ({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }));
  const found = new Map<string, Spot>();
  const inside = (box: Box): boolean => size === null || (box.left >= 0 && box.top >= 0 && box.right <= size.width && box.bottom <= size.height);
  const worded = signs.map((sign, at) => ({ sign, at })).filter(({ sign }) => sign.width > 0);
  worded.sort((one, other) => one.sign.y - other.sign.y || one.sign.x - other.sign.x || one.at - other.at);
  for (const { sign, at } of worded) {
    let first: Spot | undefined;
    let free: Spot | undefined;
    for (const spot of spotsOf(sign)) {
      const box = boxOf(sign, spot);
      first ??= spot;
      if (!inside(box) || taken.some((each, of) => of !== at && meets(each, box))) continue;
      free = spot;
      break;
    }
    const spot = free ?? (first as Spot);
    found.set(sign.key, spot);
    taken.push(boxOf(sign, spot));
  }
  return found;
}
