/** Run: a room in this window: its store, its stream, its faults, its sound and its title. One runs at a time. */

import { api, Problem, type Row } from "../api/client.ts";
import { ndjson } from "../api/ndjson.ts";
import { session } from "../shell/session.svelte.ts";
import { Ringer } from "../sound/rules.ts";
import { sound } from "../sound/sound.svelte.ts";
import { language } from "../words/words.ts";
import { faultsOf, isOld, type Fault } from "./faults.ts";
import type { ToWindow } from "./hub.ts";
import { join, type Joined } from "./join.ts";
import { waitMs } from "./link.ts";
import { SKEW_MS } from "./now.ts";
import { Store, type StreamEvent } from "./store.ts";
import { titleOf } from "./title.ts";
import { clock, live } from "./use.svelte.ts";

/** How long "it is of now again" stays (ms). */
const BACK_MS = 15_000;
const DAY_MS = 86_400_000;

export class RoomRun {
  readonly store = new Store();
  readonly #begun = clock.now();
  readonly #ringer = new Ringer();
  readonly #joined: Joined;
  readonly #undo: (() => void)[] = [];
  #statusAt: number | null = null;
  #loading: AbortController | null = null;
  #changesAtOld = 0;
  #ticks = 0;
  #looking = false;
  #unreadable = 0;

  constructor(readonly room: string) {
    live.show(room, this.store);
    sound.sit(room);
    this.#undo.push(this.store.hear((row, _, loading) => this.#heard(row, loading)));
    this.#joined = join(room, language(), (message) => this.#hear(message), () => void this.#load());
    this.#undo.push(session.onLogin(() => this.#again()));
    void this.#load();
    void this.#describe();
  }

  stop(): void {
    this.#loading?.abort();
    this.#joined.leave();
    for (const undo of this.#undo) undo();
  }

  #hear(message: ToWindow): void {
    if (message.tell === "events") for (const event of message.events) this.#take(event);
    else if (message.tell === "tick") this.#tick();
    else if (message.tell === "state") {
      const before = live.connected;
      live.connected = message.state === "open";
      if (live.connected && !before) void this.#places();
      if (message.state === "lost") void this.#lookWho();
      if (message.state === "ended") void this.#ended();
      this.#judge();
    }
  }

  #take(event: StreamEvent): void {
    if (event.name === "status") {
      clock.set((event.data as { server_at: string }).server_at);
      this.#statusAt = clock.now();
    }
    this.store.take(event);
    if (event.name === "status") this.#judge();
    if (event.name === "reset") {
      if ((event.data as { reason: string }).reason === "restarted") this.store.restart();
      void this.#load();
    }
  }

  /** What must not wait for a frame, since a hidden window has none. */
  #heard(row: Row, loading: boolean): void {
    if (loading) return; // a list rings and is told once, by the next tick and at its end
    const tone = this.#ringer.soft(row, sound.mute, clock.now());
    if (tone !== null) sound.play(tone);
    if (row.priority !== "P1") return;
    this.#ring();
    this.#title();
  }

  #ring(): void {
    const tone = this.#ringer.due(this.store.unanswered(), sound.mute, clock.now());
    if (tone !== null) sound.play(tone);
  }

  #title(): void {
    const title = titleOf(this.store.unanswered(), live.old, live.info?.name ?? this.room);
    if (title !== document.title) document.title = title;
  }

  #tick(): void {
    live.tick();
    this.#ticks += 1;
    if (this.#ticks % 60 === 0) this.store.forgetEnded(new Date(clock.now() - DAY_MS).toISOString());
    void sound.look();
    this.#ring();
    this.#title();
    this.#judge();
  }

  #judge(): void {
    const faults = faultsOf({
      now: clock.now(),
      statusAt: this.#statusAt,
      begun: this.#begun,
      status: this.store.status,
      soundRuns: sound.runs,
      skewMs: clock.skewMs(),
      skewLimitMs: SKEW_MS,
      sessionUntil: session.me ? Date.parse(session.me.session_until) : null,
    });
    if (!same(faults, live.faults)) live.faults = faults;
    const old = isOld(faults);
    const unreadable = faults.find((each) => each.kind === "unreadable")?.number ?? 0;
    if (unreadable > this.#unreadable) sound.play("system");
    this.#unreadable = unreadable;
    if (old && !live.old) {
      this.#changesAtOld = this.store.changes;
      sound.play("system");
    }
    if (!old && live.old) live.back = { at: clock.now(), changed: this.store.changes - this.#changesAtOld };
    if (old || (live.back !== null && clock.now() - live.back.at > BACK_MS)) live.back = null;
    if (old !== live.old) {
      live.old = old;
      this.#title();
    }
  }

  async #load(): Promise<void> {
    this.#loading?.abort();
    const giveUp = new AbortController();
    this.#loading = giveUp;
    for (let tries = 0; !giveUp.signal.aborted; tries += 1) {
      try {
        live.loading = { rows: 0, total: null };
        const { position, total, body } = await api.rows(this.room, giveUp.signal);
        this.#joined.say({ say: "loaded", position });
        await this.store.load(ndjson<Row>(body), position, (rows) => (live.loading = { rows, total }));
        if (this.#loading === giveUp) live.loading = null;
        this.#title();
        return;
      } catch (error) {
        if (giveUp.signal.aborted) return;
        if (error instanceof Problem && error.status === 401) await this.#lookWho();
        if (error instanceof Problem && (error.status === 403 || error.status === 404)) return void (live.refused = error.code);
        await new Promise((done) => setTimeout(done, waitMs(tries, Math.random())));
      }
    }
  }

  async #describe(): Promise<void> {
    for (let tries = 0; live.store === this.store && live.refused === ""; tries += 1) {
      try {
        const info = await api.get("/api/v1/rooms/{room}", { room: this.room });
        if (live.store !== this.store) return;
        live.info = info;
        this.#title();
        return;
      } catch {
        await new Promise((done) => setTimeout(done, waitMs(tries, Math.random())));
      }
    }
  }

  /** Read cameras and zones whole: the ids of events say nothing of theirs. What an event tells meanwhile is newer. */
  async #places(): Promise<void> {
    const { store, room } = this;
    const cameras = new Map(store.cameras);
    const zones = new Map(store.zones);
    try {
      const [allCameras, allZones] = await Promise.all([
        api.get("/api/v1/rooms/{room}/cameras", { room }),
        api.get("/api/v1/rooms/{room}/zones", { room }),
      ]);
      store.takeCameras(allCameras.map((each) => newer(store.camera(each.camera_id), cameras.get(each.camera_id), each)));
      store.takeZones(allZones.map((each) => newer(store.zone(each.zone_id), zones.get(each.zone_id), each)));
    } catch {
      /* the stream tells what changes; the next connection asks again */
    }
  }

  /** A stream breaks without telling why: find out whether the session ended. */
  async #lookWho(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await session.look().catch(() => undefined);
    this.#looking = false;
  }

  /** The stream's session ended: ask for a login, unless this window has a newer one, as after a login on the page itself while
   * another window still stood there. */
  async #ended(): Promise<void> {
    await this.#lookWho();
    if (session.me && session.ask === null) this.#again();
  }

  #again(): void {
    this.#joined.say({ say: "again" });
    this.#judge();
  }
}

const newer = <T>(now: T | undefined, before: T | undefined, read: T): T => (now !== undefined && now !== before ? now : read);

function same(a: readonly Fault[], b: readonly Fault[]): boolean {
  return a.length === b.length && a.every((each, at) => JSON.stringify(each) === JSON.stringify(b[at]));
}
