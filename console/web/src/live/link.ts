/** Link: one stream of one room, held open. A pure machine around an event source that is handed to it.
 *
 * A frozen server gives no error to an event source, so that silence counts: without a pulse for some seconds the source is
 * closed and opened anew, from where it stopped. */

import { NO_STATUS_S } from "./faults.ts";
import { offsetOf, type StreamEvent } from "./store.ts";

/** What of an `EventSource` is used. */
export type Source = {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
};
/** Where a link stands: `ended` when the session did, `reset` when the list must be loaded again before it goes on. */
export type LinkState = "opening" | "open" | "lost" | "ended" | "reset";
export const EVENTS = ["alert", "decision", "camera", "zone", "status", "reset", "bye"] as const;
/** How long to wait before each new try (s): the first after the first failure; the last again and again. */
export const WAITS_S = [1, 2, 4, 10] as const;

export type LinkParts = {
  /** Open the stream from an event id on. */
  open: (since: string) => Source;
  /** A clock that nobody sets (ms). */
  steady: () => number;
  /** Between 0 and 1, so that many browsers do not come back in the same moment. */
  random: () => number;
  event: (event: StreamEvent) => void;
  state: (state: LinkState) => void;
};

/** Return how long to wait before a try (ms): never longer than its step, and not less than half of it. */
export function waitMs(tries: number, random: number): number {
  const step = WAITS_S[Math.min(tries, WAITS_S.length - 1)] as number;
  return step * 1_000 * (0.5 + random / 2);
}

export class Link {
  #source: Source | null = null;
  #position = "";
  #state: LinkState = "reset";
  #heardAt = 0;
  #tries = 0;
  #againAt: number | null = null;

  constructor(readonly parts: LinkParts) {}

  get state(): LinkState {
    return this.#state;
  }
  /** The newest event id. */
  get position(): string {
    return this.#position;
  }

  /** A list was loaded up to a position: begin there, or go back to it where the stream is ahead of it. */
  from(position: string): void {
    if (this.#state === "reset" || offsetOf(position) < offsetOf(this.#position)) {
      this.#position = position;
      this.#tries = 0;
      this.#open();
    }
  }

  /** Try at once: somebody logged in, or the network came back. */
  again(): void {
    if (this.#state === "lost" || this.#state === "ended") {
      this.#tries = 0;
      this.#open();
    }
  }

  /** Look whether the stream is silent, or it is time for another try; called once a second. */
  tick(): void {
    const now = this.parts.steady();
    if (this.#source !== null && now - this.#heardAt > NO_STATUS_S * 1_000) this.#lose();
    if (this.#againAt !== null && now >= this.#againAt) this.#open();
  }

  close(): void {
    this.#shut();
    this.#againAt = null;
  }

  #open(): void {
    this.close();
    this.#become("opening");
    this.#heardAt = this.parts.steady();
    const source = this.parts.open(this.#position);
    this.#source = source;
    source.addEventListener("error", () => {
      if (this.#source === source) this.#lose();
    });
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (this.#source === source) this.#take(name, event);
      });
    }
  }

  #take(name: string, event: MessageEvent<string>): void {
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      this.#lose(); // half an event is no event: the stream is asked for it again
      return;
    }
    if (name === "status") {
      this.#heardAt = this.parts.steady();
      this.#tries = 0;
      if (this.#state !== "open") this.#become("open");
    }
    if (name === "reset") {
      this.#position = "";
      this.close();
      this.#become("reset");
    } else if (name === "bye") {
      this.close();
      if ((data as { reason?: string }).reason === "session_ended") this.#become("ended");
      else this.#lose();
    } else if (offsetOf(event.lastEventId) >= 0) this.#position = event.lastEventId;
    this.parts.event({ name, id: event.lastEventId, data });
  }

  #lose(): void {
    this.#shut();
    this.#againAt = this.parts.steady() + waitMs(this.#tries, this.parts.random());
    this.#tries += 1;
    this.#become("lost");
  }

  #shut(): void {
    this.#source?.close();
    this.#source = null;
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.parts.state(state);
  }
}
