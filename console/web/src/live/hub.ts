/** Hub: the streams of all windows of a browser: one per room and language. It runs in the shared worker, or in a window that
 * has none.
 *
 * A window joins, and is told everything from then on; it loads the list and says up to which position. Offsets do the rest. */

import { Link, type LinkState, type Source } from "./link.ts";
import { offsetOf, type StreamEvent } from "./store.ts";

/** What a window says. `here` answers each tick: a window that crashed says nothing any more. */
export type FromWindow =
  | { say: "join"; room: string; lang: string; address: string }
  | { say: "loaded"; position: string }
  | { say: "again" }
  | { say: "here" }
  | { say: "leave" };
/** What a window is told. A tick comes each second, also into a hidden window, whose own timers sleep. Who was let go for its
 * silence reads so when it wakes: it joins again. */
export type ToWindow =
  | { tell: "events"; events: StreamEvent[] }
  | { tell: "state"; state: LinkState }
  | { tell: "tick" }
  | { tell: "gone" };

export type Port = { postMessage(message: ToWindow): void };
export type HubParts = {
  open: (address: string) => Source;
  steady: () => number;
  random: () => number;
  /** Call a function soon: what came together is sent together. */
  soon: (then: () => void) => void;
};

/** After how long without a word a window is gone (ms): crashed, for one that closes says so. */
export const GONE_MS = 60_000;

/** `toldFrom`: after which position this member was told everything. */
type Member = { port: Port; stream: Stream; heardAt: number; toldFrom: string };

class Stream {
  readonly members = new Set<Member>();
  readonly link: Link;
  /** The newest pulse: a window that joins does not wait for the next. */
  status: StreamEvent | null = null;
  #batch: StreamEvent[] = [];

  constructor(readonly key: string, address: string, readonly parts: HubParts) {
    this.link = new Link({
      open: (since) => parts.open(`${address}&since=${encodeURIComponent(since)}`),
      steady: parts.steady,
      random: parts.random,
      event: (event) => this.#event(event),
      state: (state) => {
        this.#flush();
        this.tell({ tell: "state", state });
      },
    });
  }

  tell(message: ToWindow): void {
    for (const member of this.members) member.port.postMessage(message);
  }

  /** A member has the list up to a position. Where that lies before what it was told of, the stream goes back for all: another
   * process of the console may be behind the first. Who knows a row already passes it over. */
  loaded(member: Member, position: string): void {
    const begins = this.link.state === "reset";
    if (!begins && offsetOf(position) >= offsetOf(member.toldFrom)) return;
    for (const each of begins ? this.members : [member]) each.toldFrom = position;
    this.link.from(position);
  }

  #event(event: StreamEvent): void {
    if (event.name === "status") this.status = event;
    this.#batch.push(event);
    if (this.#batch.length === 1) this.parts.soon(() => this.#flush());
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    const events = this.#batch;
    this.#batch = [];
    this.tell({ tell: "events", events });
  }
}

export class Hub {
  #streams = new Map<string, Stream>();
  #members = new Map<Port, Member>();
  constructor(readonly parts: HubParts) {}

  get streams(): number {
    return this.#streams.size;
  }

  hear(port: Port, message: FromWindow): void {
    const member = this.#members.get(port);
    if (message.say === "join") {
      if (member !== undefined) this.#leave(member);
      this.#join(port, message.room, message.lang, message.address);
      return;
    }
    if (member === undefined) return;
    member.heardAt = this.parts.steady();
    const { link } = member.stream;
    if (message.say === "loaded") member.stream.loaded(member, message.position);
    else if (message.say === "again") link.again();
    else if (message.say === "leave") this.#leave(member);
  }

  /** Once a second. */
  tick(): void {
    const now = this.parts.steady();
    for (const member of [...this.#members.values()]) {
      if (now - member.heardAt <= GONE_MS) continue;
      this.#leave(member);
      member.port.postMessage({ tell: "gone" });
    }
    for (const stream of this.#streams.values()) {
      stream.link.tick();
      stream.tell({ tell: "tick" });
    }
  }

  #join(port: Port, room: string, lang: string, address: string): void {
    const key = `${room} ${lang}`;
    const stream = this.#streams.get(key) ?? new Stream(key, address, this.parts);
    this.#streams.set(key, stream);
    const member = { port, stream, heardAt: this.parts.steady(), toldFrom: stream.link.position };
    stream.members.add(member);
    this.#members.set(port, member);
    port.postMessage({ tell: "state", state: stream.link.state });
    if (stream.status !== null && stream.link.state === "open") port.postMessage({ tell: "events", events: [stream.status] });
  }

  #leave(member: Member): void {
    this.#members.delete(member.port);
    member.stream.members.delete(member);
    if (member.stream.members.size > 0) return;
    member.stream.link.close();
    this.#streams.delete(member.stream.key);
  }
}
