import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Row } from "../api/client.ts";
import { Store } from "../live/store.ts";
import { live } from "../live/use.svelte.ts";
import { random, rowOf } from "../testing/rows.ts";
import { AFTER_MS } from "./hold.ts";
import { ROW_PX } from "./window.ts";
import { BAND_ROWS, TICKS_MOST, work } from "./work.svelte.ts";

let offset = 0;
let store: Store;
const put = (id: string, change: Partial<Row> = {}): void =>
  store.take({ name: "alert", id: `${(offset += 1)}.0`, data: rowOf({ id, offset, score: 50, priority: "P2", opened_at: "2026-11-29T03:00:00.000Z", ...change }) });
const ids = (): string[] => work.order.lines.map((line) => line.id);

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(0);
  store = new Store(() => undefined);
  live.show("room", store);
  live.loading = null;
  work.begin();
  work.scrollTo = (px) => work.scrolled(px);
  work.scrolled(0);
  work.height = 10 * ROW_PX;
});

describe("while a hand is on the list", () => {
  it("nothing is inserted, removed or reordered, and what came waits to be shown", () => {
    put("a", { score: 60 });
    put("b");
    work.refresh();
    work.touch();
    put("b", { score: 90 });
    put("a", { state: "closed", listed: false });
    put("c", { score: 99 });
    work.refresh();
    expect([ids(), work.waits, work.left("a", false)]).toEqual([["a", "b"], 1, true]);
    vi.advanceTimersByTime(AFTER_MS + 10);
    expect([ids(), work.waits]).toEqual([["c", "b"], 0]);
  });
  it("a tick and a dialog hold it as long as they last", () => {
    put("a");
    work.refresh();
    work.tick("a");
    put("b", { score: 99 });
    vi.advanceTimersByTime(60_000);
    work.refresh();
    expect(ids()).toEqual(["a"]);
    work.untick();
    vi.advanceTimersByTime(AFTER_MS + 10);
    expect(ids()).toEqual(["b", "a"]);
  });
  it("a P1 comes to the band at once, at its end, and none leaves it under the hand", () => {
    put("p", { priority: "P1" });
    work.refresh();
    work.touch();
    put("q", { priority: "P1", opened_at: "2026-11-29T02:00:00.000Z" });
    put("p", { priority: "P1", state: "acknowledged", handled_by: "operator-2" });
    work.refresh();
    expect([work.bandIds, work.left("p", true)]).toEqual([["p", "q"], true]);
    vi.advanceTimersByTime(AFTER_MS + 10);
    expect([work.bandIds, ids()]).toEqual([["q"], ["p"]]);
  });
  it("a person can show what waits", () => {
    put("a");
    work.refresh();
    work.touch();
    put("b", { score: 99 });
    work.show();
    expect([ids(), work.waits]).toEqual([["b", "a"], 0]);
  });
  it("the list goes on loading at its end", () => {
    live.loading = { rows: 1, total: 2 };
    put("a");
    work.refresh();
    work.touch();
    put("b", { score: 10 });
    work.refresh();
    expect([ids(), work.waits]).toEqual([["a", "b"], 0]);
  });
});

describe("the cursor", () => {
  it("keeps its alert at its height on the screen, and says how many came above", () => {
    for (let at = 0; at < 40; at += 1) put(`r${String(at).padStart(2, "0")}`, { score: 50 - at });
    work.refresh();
    work.scrolled(10 * ROW_PX);
    work.point("r12");
    vi.advanceTimersByTime(AFTER_MS + 10);
    for (const id of ["x", "y", "z"]) put(id, { score: 99 });
    work.refresh();
    expect([work.order.places.get("r12"), work.scroll / ROW_PX, work.above]).toEqual([15, 13, 3]);
    work.show();
    expect([work.scroll, work.above]).toEqual([0, 0]);
  });
  it("goes to the next alert when its own left", () => {
    for (const [at, id] of [..."abc"].entries()) put(id, { score: 50 - at });
    work.refresh();
    work.point("b");
    put("b", { state: "closed", listed: false });
    work.refresh();
    expect(work.cursor).toBe("b"); // struck through, until the order is free
    vi.advanceTimersByTime(AFTER_MS + 10);
    expect([ids(), work.cursor]).toEqual([["a", "c"], "c"]);
  });
  it("walks through the band first, and no alert twice", () => {
    put("p", { priority: "P1" });
    put("a");
    work.refresh();
    const walked = [0, 1, 2].map(() => (work.move(1), work.cursor));
    expect([walked, work.ids]).toEqual([["p", "a", "a"], ["p", "a"]]);
  });
  it("goes to the newest P1, whatever tab and search hide it", () => {
    for (let at = 0; at < BAND_ROWS + 2; at += 1) put(`p${at}`, { priority: "P1", opened_at: `2026-11-29T03:0${at}:00.000Z` });
    work.choose("ended");
    work.find("nothing that is there");
    work.toNewestP1();
    expect([work.cursor, work.tab, work.search, work.ids.includes("p4")]).toEqual(["p4", "open", "", true]);
  });
});

it("acts on at most fifty", () => {
  for (let at = 0; at < TICKS_MOST + 5; at += 1) put(`r${String(at).padStart(2, "0")}`, { score: 90 - at });
  work.refresh();
  work.tick(ids()[0] as string);
  expect([work.tickTo(ids().at(-1) as string), work.ticked.size, work.targets.length]).toEqual([false, TICKS_MOST, TICKS_MOST]);
});

it("keeps the element under the pointer through a flood, whatever comes", () => {
  const chance = random(16);
  for (let at = 0; at < 60; at += 1) put(`r${at}`, { score: Math.floor(chance() * 100) });
  work.refresh();
  const before = ids();
  for (let at = 0; at < 500; at += 1) {
    work.touch();
    const known = chance() < 0.5;
    put(known ? `r${Math.floor(chance() * 60)}` : `new${at}`, { score: Math.floor(chance() * 100), ...(chance() < 0.2 ? { state: "closed" as const, listed: false } : {}) });
    work.refresh();
    vi.advanceTimersByTime(120);
  }
  expect(ids()).toEqual(before);
  vi.advanceTimersByTime(AFTER_MS + 10);
  expect(ids()).toEqual(store.listed.map((row) => row.id));
});

describe("what is ticked", () => {
  it("holds the order no longer than it is known: an alert that is gone takes its tick along", () => {
    put("a");
    work.refresh();
    work.tick("a");
    store.restart();
    work.refresh();
    put("b");
    vi.advanceTimersByTime(AFTER_MS + 10);
    work.refresh();
    expect([ids(), work.ticked.size, work.waits]).toEqual([["b"], 0, 0]);
  });
});

describe("what stands under an alert of the band", () => {
  it("is shown where it is asked for, at the head of the list", () => {
    put("p", { priority: "P1", symptoms: 2 });
    put("s1", { under_cause: "p" });
    put("s2", { under_cause: "p" });
    put("z", { score: 1 });
    work.refresh();
    expect(ids()).toEqual(["z"]);
    work.unfold("p", true);
    expect(ids()).toEqual(["s1", "s2", "z"]);
    work.unfold("p", false);
    expect(ids()).toEqual(["z"]);
  });
  it("is scrolled to, wherever the list stands", () => {
    put("p", { priority: "P1", symptoms: 1 });
    put("s1", { under_cause: "p" });
    for (let n = 0; n < 40; n += 1) put(`z${n}`, { score: 1 });
    work.refresh();
    work.move(Infinity);
    expect(work.scroll).toBeGreaterThan(0);
    work.unfold("p", true);
    expect([ids()[0], work.scroll]).toEqual(["s1", 0]);
  });
  it("is shown when somebody goes to it, also after it was folded away", () => {
    put("p", { priority: "P1", symptoms: 1 });
    put("s1", { under_cause: "p" });
    work.refresh();
    work.unfold("p", false);
    work.reveal("s1");
    vi.advanceTimersByTime(AFTER_MS + 10);
    expect([ids(), work.cursor]).toEqual([["s1"], "s1"]);
  });
});

describe("a search", () => {
  it("puts the cursor on its first find, not on a P1 of the band that it did not find", () => {
    put("p", { priority: "P1" });
    put("a", { what: "Fietsdiefstal" });
    work.refresh();
    work.find("fiets");
    work.toFound();
    expect(work.cursor).toBe("a");
    work.point("p");
    work.toFound();
    expect(work.cursor).toBe("a");
    work.find("niets");
    work.toFound();
    expect(work.cursor).toBeNull();
  });
});

describe("another room", () => {
  it("begins anew, on whatever page it was chosen", () => {
    put("a");
    work.refresh();
    work.tick("a");
    work.point("a");
    store = new Store(() => undefined);
    live.show("other", store);
    live.loading = null;
    put("b");
    work.refresh();
    expect([ids(), work.cursor, work.ticked.size]).toEqual([["b"], null, 0]);
  });
});

describe("an alert that only the server knows", () => {
  it("takes the cursor from the one before, so that no key acts on that", () => {
    put("a");
    work.refresh();
    work.point("a");
    work.reveal("of-last-week");
    expect([work.cursor, work.targets]).toEqual([null, []]);
  });
});

it("says that there is none only of a list that was read whole and is of now", () => {
  expect(live.certain).toBe(true);
  live.loading = { rows: 0, total: null };
  expect(live.certain).toBe(false);
  [live.loading, live.old] = [null, true];
  expect(live.certain).toBe(false);
});
