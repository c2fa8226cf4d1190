/** Work: what the work page shows: its tab, search, order, cursor and ticks. It stays when one looks at another page. */
import { SvelteSet } from "svelte/reactivity";
import { live } from "../live/use.svelte.ts";
import { session } from "../shell/session.svelte.ts";
import { FREE, freeIn, lasts, touched, type Lasting } from "./hold.ts";
import { band, counted, headOf, inBand, wanted, type Line, type Tab } from "./lines.ts";
import { EMPTY, extended, follows, refilled, same, stepped, taken, waiting, type Order } from "./order.ts";
import { anchored, onScreen, page, toShow } from "./window.ts";

/** How many of the band's rows are shown; the others are a number. */
export const BAND_ROWS = 3;
/** How many alerts one key acts on at most. */
export const TICKS_MOST = 50;

/** The ids of the band's rows that are shown. */
const shownOf = (band: Order): string[] => band.lines.slice(0, BAND_ROWS).map((line) => line.id);
/** The ids that the cursor walks over. */
function idsOf(band: Order, order: Order): string[] {
  const shown = shownOf(band);
  return [...shown, ...order.lines.flatMap((line) => (shown.includes(line.id) ? [] : [line.id]))];
}

class Work {
  tab = $state<Tab>("open");
  search = $state("");
  order = $state.raw<Order>(EMPTY);
  band = $state.raw<Order>(EMPTY);
  cursor = $state<string | null>(null);
  /** How many alerts wait to be shown. */
  waits = $state(0);
  /** How many came in above what is on the screen, since the cursor's line kept its height. */
  above = $state(0);
  counts = $state.raw<Record<Tab, number>>({ open: 0, mine: 0, shelved: 0, suppressed: 0, ended: 0 });
  ticked = new SvelteSet<string>();
  /** Where the list is scrolled to, and how high it is (px). */
  scroll = $state(0);
  height = $state(400);
  /** Scrolls the list's element; the list puts itself here. */
  scrollTo: (px: number) => void = () => undefined;

  #room = live.room;
  #hold = FREE;
  #opened = new SvelteSet<string>();
  #folded = new SvelteSet<string>();
  #lastTick: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get #user(): string {
    return session.me?.user ?? "";
  }

  /** The ids that the cursor walks over: the band's, then the list's. */
  get ids(): string[] {
    return idsOf(this.band, this.order);
  }
  get bandIds(): string[] {
    return shownOf(this.band);
  }
  /** What an action is about: what is ticked, or else the alert under the cursor. */
  get targets(): string[] {
    return this.ticked.size > 0 ? [...this.ticked] : this.cursor === null ? [] : [this.cursor];
  }

  /** What a merge is about: the alert under the cursor goes on, what else is ticked goes into it. */
  get merging(): string[] {
    const main = this.cursor ?? this.targets[0];
    return main === undefined ? [] : [main, ...[...this.ticked].filter((id) => id !== main)];
  }

  /** Bring the screen up to what is known: take the order where it is free, or else count what waits. */
  refresh(force = false): void {
    if (this.#room !== live.room) return this.begin();
    const now = performance.now();
    const bandWanted = band(live.store.listed);
    const free = force || freeIn(this.#hold, now) === 0;
    if (free) this.#take(bandWanted);
    else this.#held(bandWanted);
    this.counts = counted(live.store, this.#user, live.now);
    if ([...this.ticked].filter((id) => live.store.row(id) === undefined && this.ticked.delete(id)).length > 0) this.last("ticks", this.ticked.size > 0);
    clearTimeout(this.#timer);
    const left = freeIn(this.#hold, now);
    if (!free && Number.isFinite(left)) this.#timer = setTimeout(() => this.refresh(), left + 5);
  }

  #wanted(apart: readonly string[]): Line[] {
    const { tab, search } = this;
    const want = { tab, search, user: this.#user, now: live.now, opened: this.#opened, folded: this.#folded };
    return wanted(live.store, want, new Set(apart));
  }

  #take(bandWanted: readonly Line[]): void {
    const [oldBand, old] = [this.band, this.order];
    if (!same(oldBand.lines, bandWanted)) this.band = taken(bandWanted);
    const lines = this.#wanted(this.bandIds);
    if (this.waits !== 0) this.waits = 0;
    if (same(old.lines, lines)) return void this.#follow(oldBand, old);
    this.order = taken(lines);
    const scroll = this.#anchored(old);
    this.#follow(oldBand, old);
    if (scroll === this.scroll) return;
    const seen = onScreen(scroll, this.height, lines.length);
    this.above += lines.slice(0, seen.first).filter((line) => !old.places.has(line.id)).length;
    this.scrollTo(scroll);
  }

  #held(bandWanted: readonly Line[]): void {
    this.band = refilled(this.band, bandWanted, BAND_ROWS);
    if (live.loading !== null) this.order = extended(this.order, this.#wanted(this.bandIds)); // the rest of the list comes in its order
    else this.waits = waiting(this.order, this.#wanted(this.bandIds));
  }

  /** Put the cursor elsewhere where its alert left the lines. */
  #follow(oldBand: Order, old: Order): void {
    const band = this.bandIds;
    if (this.cursor === null || band.includes(this.cursor) || this.order.has(this.cursor)) return;
    const { places } = this.order;
    this.cursor = follows(idsOf(oldBand, old), (id) => band.includes(id) || places.has(id), this.cursor);
  }

  /** Return where to scroll so that the cursor's line, or else the first on the screen that stays, keeps its height there. */
  #anchored(old: Order): number {
    const seen = onScreen(this.scroll, this.height, old.lines.length);
    const stays = (line: Line): boolean => this.order.has(line.id);
    const onIt = old.lines.slice(seen.first, seen.end);
    const chosen = onIt.find((line) => line.id === this.cursor);
    const anchor = chosen !== undefined && stays(chosen) ? chosen : this.scroll === 0 ? undefined : onIt.find(stays);
    if (anchor === undefined) return this.scroll;
    const [from, to] = [old.place(anchor.id), this.order.place(anchor.id)];
    return anchored(this.scroll, this.height, from, to, this.order.lines.length);
  }

  /** The list was scrolled; at its head nothing is above. */
  scrolled(px: number): void {
    this.scroll = px;
    if (px === 0) this.above = 0;
  }
  /** A hand is on the list: keep the order. */
  touch(): void {
    this.#hold = touched(this.#hold, performance.now());
  }
  /** Something that keeps the order began or ended. */
  last(what: Lasting, on: boolean): void {
    this.#hold = lasts(this.#hold, what, on, performance.now());
    if (!on) this.refresh();
  }

  /** Show what waits, as a person asked. */
  show(): void {
    this.refresh(true);
    if (this.above > 0) this.scrollTo(0);
  }
  choose(tab: Tab): void {
    this.tab = tab;
    this.#anew();
  }
  find(search: string): void {
    this.search = search;
    this.#anew();
  }
  #anew(): void {
    this.order = EMPTY;
    this.refresh(true);
    this.scrollTo(0);
  }

  /** Put the cursor on an alert, and its line on the screen. */
  point(id: string | null): void {
    this.touch();
    this.cursor = id;
    const place = id === null || this.bandIds.includes(id) ? -1 : this.order.place(id);
    if (place < 0) return;
    const scroll = toShow(place, this.scroll, this.height);
    if (scroll !== this.scroll) this.scrollTo(scroll);
  }
  /** Move the cursor some lines, or pages. */
  move(steps: number): void {
    this.point(stepped(this.ids, this.cursor, steps));
  }
  movePage(pages: number): void {
    this.move(pages * page(this.height));
  }
  /** Go on from the search to what it found: not to a P1 of the band that it did not find. */
  toFound(): void {
    if (this.search.trim() === "") this.move(this.cursor === null ? 1 : 0);
    else if (this.cursor === null || !this.order.places.has(this.cursor)) this.point(this.order.lines[0]?.id ?? null);
  }
  /** Go to the newest P1 without a handler, wherever it stands. */
  toNewestP1(): void {
    const newest = band(live.store.listed).at(-1);
    if (newest !== undefined) this.reveal(newest.id);
  }
  /** Go to the oldest P1 without a handler that the band has no row for. */
  toMoreP1(): void {
    const next = this.band.lines[BAND_ROWS];
    if (next !== undefined) this.reveal(next.id);
  }
  /** Put the cursor on an alert; where no tab or search shows it, on the tab that does. */
  reveal(id: string): void {
    if (!this.ids.includes(id)) {
      const row = live.store.row(id);
      if (row === undefined) return void (this.cursor = null); // no key may act on another than the one that is shown
      const head = headOf(row, new Set(live.store.listed.map((each) => each.id)));
      if (head !== null) this.#open(head, true);
      this.search = "";
      this.tab = row.listed ? "open" : row.state === "shelved" ? "shelved" : row.state === "suppressed" ? "suppressed" : "ended";
      this.refresh(true);
    }
    this.point(id);
  }

  /** Show all that stands under an alert, or nothing of it. */
  unfold(id: string, on: boolean): void {
    this.#open(id, on);
    this.touch();
    const { places } = this.order;
    this.refresh(true);
    // What stands under an alert of the band came at the list's head, which may be scrolled away.
    const came = on && this.bandIds.includes(id) ? this.order.lines.findIndex((line) => !places.has(line.id)) : -1;
    if (came >= 0) this.scrollTo(toShow(came, this.scroll, this.height));
  }
  #open(id: string, on: boolean): void {
    const [to, from] = on ? [this.#opened, this.#folded] : [this.#folded, this.#opened];
    from.delete(id);
    to.add(id);
  }
  isUnfolded(id: string): boolean {
    return this.#opened.has(id);
  }

  /** Begin anew: another room is shown, and nothing that was chosen is there. */
  begin(): void {
    this.#room = live.room;
    this.ticked.clear();
    this.#hold = FREE;
    [this.cursor, this.search, this.tab, this.above] = [null, "", "open", 0];
    [this.band, this.order] = [EMPTY, EMPTY];
    this.refresh(true);
  }

  /** Tick an alert, or take its tick away; answers whether there was room for it. */
  tick(id: string): boolean {
    this.#lastTick = id;
    const room = this.ticked.delete(id) || this.#add(id);
    this.last("ticks", this.ticked.size > 0);
    return room;
  }
  /** Tick all from the last tick to an alert. */
  tickTo(id: string): boolean {
    const ids = this.ids;
    const [from, to] = [ids.indexOf(this.#lastTick ?? id), ids.indexOf(id)].sort((one, other) => one - other) as [number, number];
    const room = ids.slice(Math.max(0, from), to + 1).every((each) => this.ticked.has(each) || this.#add(each));
    this.last("ticks", this.ticked.size > 0);
    return room;
  }
  #add(id: string): boolean {
    if (this.ticked.size >= TICKS_MOST) return false;
    this.ticked.add(id);
    return true;
  }
  untick(): void {
    this.ticked.clear();
    this.last("ticks", false);
  }

  /** Whether a line that is on the screen belongs there no longer. */
  left(id: string, inTheBand: boolean): boolean {
    const row = live.store.row(id);
    if (row === undefined) return true;
    return inTheBand ? !inBand(row) : !this.#onTab(id);
  }
  #onTab(id: string): boolean {
    const row = live.store.row(id);
    if (row === undefined) return false;
    switch (this.tab) {
      case "open":
        return row.listed;
      case "mine":
        return row.handled_by === this.#user;
      case "shelved":
      case "suppressed":
        return row.state === this.tab;
      case "ended":
        return true;
    }
  }
}

export const work = new Work();
