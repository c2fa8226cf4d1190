/** Live: the room that this window shows, for components: `live.store` is plain, `live.version` and `live.now` are reactive.
 *
 * A component reads `live.version` to be drawn again when anything changed (once a frame at most), and `live.now` for ages (the
 * server's time, once a second). */

import type { Schemas } from "../api/client.ts";
import { ServerClock } from "./now.ts";
import { Store } from "./store.ts";
import type { Fault } from "./faults.ts";

export const clock = new ServerClock();

class Live {
  store = $state.raw(new Store());
  version = $state(0);
  /** The server's time (ms since 1970), once a second. */
  now = $state(clock.now());
  room = $state("");
  info = $state.raw<Schemas["RoomInfo"] | null>(null);
  /** What stands still, the worst first. */
  faults = $state.raw<readonly Fault[]>([]);
  /** Whether what is shown may be old: the list has its dashed violet frame then. */
  old = $state(false);
  /** That it is of now again, for some seconds: since when, and how many alerts changed meanwhile. */
  back = $state.raw<{ at: number; changed: number } | null>(null);
  /** Whether the stream runs; without it an action waits at most 30 s, then asks again. */
  connected = $state(false);
  /** Rows read so far, and of how many where that is known; null when the list is whole. */
  loading = $state.raw<{ rows: number; total: number | null } | null>({ rows: 0, total: null });

  /** The code of the problem why this room cannot be shown at all; empty where it can. */
  refused = $state("");

  #leave: (() => void) | null = null;

  /** Whether "there is none" can be said: the list was read whole, and is of now. */
  get certain(): boolean {
    return this.loading === null && !this.old;
  }

  /** Show another store: of another room, or a fresh one. */
  show(room: string, store: Store): void {
    this.#leave?.();
    this.room = room;
    this.store = store;
    this.info = null;
    this.refused = "";
    this.faults = [];
    this.old = false;
    this.back = null;
    this.connected = false;
    this.loading = { rows: 0, total: null };
    this.#leave = store.subscribe(() => (this.version += 1));
    this.version += 1;
  }

  tick(): void {
    this.now = clock.now();
  }
}

export const live = new Live();
