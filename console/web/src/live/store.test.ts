import { beforeEach, describe, expect, it } from "vitest";
import type { Row } from "../api/client.ts";
import { random, rowOf, statusOf } from "../testing/rows.ts";
import { listOrder } from "./order.ts";
import { isUnanswered, offsetOf, Store } from "./store.ts";

let frames: (() => void)[] = [];
let store: Store;
const alert = (row: Row): void => store.take({ name: "alert", id: `${row.offset}.0`, data: row });
async function* parts(...rows: Row[][]): AsyncGenerator<Row[]> {
  yield* rows;
}

beforeEach(() => {
  frames = [];
  store = new Store((then) => frames.push(then));
});

describe("rows", () => {
  it("keeps the newest offset, whatever the order of arrival", () => {
    alert(rowOf({ offset: 9, score: 9 }));
    alert(rowOf({ offset: 5, score: 5 }));
    expect(store.row("alert-1")?.score).toBe(9);
    expect(store.listed.map((row) => row.score)).toEqual([9]);
  });

  it("brings no alert back that ended, even after its row was forgotten", () => {
    alert(rowOf({ offset: 9, state: "closed", listed: false, changed_at: "2026-11-28T01:00:00.000Z" }));
    store.forgetEnded("2026-11-29T00:00:00.000Z");
    expect(store.ended).toHaveLength(0);
    alert(rowOf({ offset: 8 }));
    expect(store.listed).toHaveLength(0);
    alert(rowOf({ offset: 10, change: "reopened" }));
    expect(store.listed).toHaveLength(1);
  });

  it("moves an alert between what is open, aside and ended", () => {
    alert(rowOf({ offset: 1 }));
    alert(rowOf({ offset: 2, state: "shelved", listed: false, until: "2026-11-29T04:00:00.000Z" }));
    expect([store.listed.length, store.aside.length, store.ended.length]).toEqual([0, 1, 0]);
    alert(rowOf({ offset: 3, state: "closed", listed: false }));
    expect([store.listed.length, store.aside.length, store.ended.length]).toEqual([0, 0, 1]);
  });

  it("knows what stands under a summary, until it ends", () => {
    alert(rowOf({ id: "sum", offset: 1, summary: [] }));
    alert(rowOf({ id: "b", offset: 2, listed: false, grouped_under: "sum", score: 1 }));
    alert(rowOf({ id: "c", offset: 3, listed: false, grouped_under: "sum", score: 2 }));
    expect(store.under("sum").map((row) => row.id)).toEqual(["c", "b"]);
    alert(rowOf({ id: "c", offset: 4, listed: false, grouped_under: "sum", state: "closed" }));
    alert(rowOf({ id: "b", offset: 5, listed: true, grouped_under: null }));
    expect(store.under("sum")).toEqual([]);
  });

  it("counts what is new by priority, and knows P1 that nobody has", () => {
    alert(rowOf({ id: "a", offset: 1, priority: "P1" }));
    alert(rowOf({ id: "b", offset: 2, priority: "P1" }));
    alert(rowOf({ id: "c", offset: 3, priority: "P2" }));
    expect(store.fresh).toEqual({ P1: 2, P2: 1, P3: 0, P4: 0 });
    alert(rowOf({ id: "a", offset: 4, priority: "P1", state: "acknowledged", handled_by: "u" }));
    expect(store.fresh.P1).toBe(1);
    expect(store.unanswered().map((row) => row.id)).toEqual(["b"]);
  });

  it("leaves what a summary tells to the summary, as long as that stands on the list", () => {
    alert(rowOf({ id: "sum", offset: 1, priority: "P3", summary: [] }));
    alert(rowOf({ id: "b", offset: 2, priority: "P3", grouped_under: "sum" }));
    expect(store.fresh.P3).toBe(1);
    alert(rowOf({ id: "sum", offset: 3, priority: "P3", summary: [], state: "closed", listed: false }));
    expect(store.fresh.P3).toBe(1);
  });

  it("begins anew with a topic that has other offsets", () => {
    alert(rowOf({ offset: 900 }));
    store.restart();
    expect([store.listed.length, store.position]).toEqual([0, ""]);
    alert(rowOf({ offset: 3 }));
    expect(store.listed).toHaveLength(1);
  });

  it("is the same as a sort of the newest rows after any events in any order", () => {
    const chance = random(3);
    const all: Row[] = [];
    for (let offset = 0; offset < 2_000; offset += 1) {
      const ends = chance() < 0.2;
      all.push(rowOf({
        id: `a${Math.floor(chance() * 150)}`, offset, score: Math.floor(chance() * 5), priority: chance() < 0.3 ? "P1" : "P2",
        state: ends ? "closed" : "new", listed: !ends, changed_at: new Date(offset * 1_000).toISOString(),
      }));
    }
    const mixed = [...all].sort(() => chance() - 0.5);
    mixed.forEach(alert);
    const newest = new Map(all.map((row) => [row.id, row]));
    expect(store.listed).toEqual([...newest.values()].filter((row) => row.listed).sort(listOrder));
    expect(store.ended.length).toBe([...newest.values()].filter((row) => !row.listed).length);
  });
});

describe("a name alone", () => {
  it("keeps a P1 quiet until it escalates: then only taking it in hand does", () => {
    expect(isUnanswered(rowOf({ priority: "P1", handled_by: "op-4" }))).toBe(false);
    expect(isUnanswered(rowOf({ priority: "P1", handled_by: "op-4", escalated_at: "2026-11-29T03:02:00.000Z" }))).toBe(true);
    expect(isUnanswered(rowOf({ priority: "P1", state: "acknowledged", escalated_at: "2026-11-29T03:02:00.000Z" }))).toBe(false);
  });
});

describe("loading", () => {
  it("takes rows in parts, and tells how many", async () => {
    const progress: number[] = [];
    await store.load(parts([rowOf({ id: "a", offset: 1 })], [rowOf({ id: "b", offset: 2 })]), "2.0", (rows) => progress.push(rows));
    expect(progress).toEqual([1, 2]);
    expect(store.loaded).toBe(true);
    expect(store.position).toBe("2.0");
  });

  it("does not put a row of the list over a newer one of the stream", async () => {
    alert(rowOf({ offset: 7, state: "closed", listed: false }));
    await store.load(parts([rowOf({ offset: 5 })]), "6.0");
    expect(store.listed).toHaveLength(0);
    expect(store.position).toBe("7.0");
  });

  it("lets go of what the server no longer has, but not of what came meanwhile", async () => {
    alert(rowOf({ id: "gone", offset: 3 }));
    alert(rowOf({ id: "fresh", offset: 12 }));
    alert(rowOf({ id: "over", offset: 2, state: "closed", listed: false }));
    await store.load(parts([rowOf({ id: "a", offset: 4 })]), "10.0");
    expect(store.listed.map((row) => row.id).sort()).toEqual(["a", "fresh"]);
    expect(store.ended.map((row) => row.id)).toEqual(["over"]);
  });

  it("takes an alert once that stands in the list twice", async () => {
    await store.load(parts([rowOf({ id: "a", offset: 1 }), rowOf({ id: "a", offset: 2 })]), "2.0");
    expect(store.listed).toHaveLength(1);
    expect(store.fresh.P2).toBe(1);
  });

  it("stops when another loading begins", async () => {
    let go = (): void => undefined;
    async function* slow(): AsyncGenerator<Row[]> {
      await new Promise<void>((done) => (go = done));
      yield [rowOf({ id: "late", offset: 1 })];
    }
    const first = store.load(slow(), "1.0");
    await store.load(parts([rowOf({ id: "b", offset: 2 })]), "2.0");
    go();
    await first;
    expect(store.listed.map((row) => row.id)).toEqual(["b"]);
  });

  it("keeps all rows when the list breaks off", async () => {
    alert(rowOf({ id: "known", offset: 1 }));
    async function* broken(): AsyncGenerator<Row[]> {
      yield [rowOf({ id: "a", offset: 2 })];
      throw new Error("cut");
    }
    await expect(store.load(broken(), "9.0")).rejects.toThrow("cut");
    expect(store.listed).toHaveLength(2);
    expect(store.loaded).toBe(false);
  });
});

describe("telling", () => {
  it("notifies once a frame, and hears each row at once", () => {
    let told = 0;
    const heard: [string, number | undefined, boolean][] = [];
    store.subscribe(() => (told += 1));
    store.hear((row, before, loading) => heard.push([row.id, before?.offset, loading]));
    alert(rowOf({ offset: 1 }));
    alert(rowOf({ offset: 2 }));
    alert(rowOf({ offset: 2 }));
    expect(heard).toEqual([["alert-1", undefined, false], ["alert-1", 1, false]]);
    expect([told, frames.length]).toEqual([0, 1]);
    frames[0]?.();
    expect(told).toBe(1);
  });

  it("keeps a decision that was made, whatever comes after it", () => {
    const decision = { action_id: "x", alert_id: "a", offset: 1, refused: "", code: "", values: {} };
    store.take({ name: "decision", id: "1.1", data: { ...decision, state: "done" } });
    store.decide({ ...decision, state: "pending", offset: null });
    expect(store.decision("x")?.state).toBe("done");
  });

  it("takes status, cameras and zones", () => {
    store.take({ name: "status", id: "4.2", data: statusOf() });
    store.take({ name: "camera", id: "4.2", data: { camera_id: "c1", state: "online" } });
    store.take({ name: "zone", id: "4.2", data: { zone_id: "z1" } });
    store.take({ name: "of_tomorrow", id: "4.2", data: {} });
    expect([store.status?.cameras_total, store.camera("c1")?.state, store.zone("z1")?.zone_id, store.position]).toEqual([16, "online", "z1", "4.2"]);
  });

  it("reads the offset of an id, and none of what is none", () => {
    expect([offsetOf("12.4"), offsetOf(""), offsetOf("x.1")]).toEqual([12, -1, -1]);
  });
});

describe("memory", () => {
  it("stays bounded over a night of alerts that come and go", () => {
    for (let each = 0; each < 60_000; each += 1) alert(rowOf({ id: `a${each}`, offset: each, state: "closed", listed: false }));
    expect(store.ended.length).toBeLessThanOrEqual(2_000);
    expect(store.size).toBeLessThanOrEqual(2_000);
  });
});
