import { beforeEach, describe, expect, it } from "vitest";
import { Link, waitMs, type LinkState, type Source } from "./link.ts";
import type { StreamEvent } from "./store.ts";

class FakeSource implements Source {
  closed = false;
  readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
  constructor(readonly since: string) {}
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.closed = true;
  }
  say(name: string, lastEventId = "", data = "{}"): void {
    this.listeners.get(name)?.({ data, lastEventId } as MessageEvent<string>);
  }
}

let now = 0;
let sources: FakeSource[] = [];
let states: LinkState[] = [];
let events: StreamEvent[] = [];
let link: Link;
const last = (): FakeSource => sources.at(-1) as FakeSource;
function pass(seconds: number): void {
  for (let each = 0; each < seconds; each += 1) {
    now += 1_000;
    link.tick();
  }
}

beforeEach(() => {
  now = 0;
  [sources, states, events] = [[], [], []];
  link = new Link({
    open: (since) => {
      const source = new FakeSource(since);
      sources.push(source);
      return source;
    },
    steady: () => now,
    random: () => 1,
    event: (event) => events.push(event),
    state: (state) => states.push(state),
  });
});

describe("link", () => {
  it("begins where the list was loaded, and is open with the first pulse", () => {
    link.from("10.4");
    expect(last().since).toBe("10.4");
    expect(link.state).toBe("opening");
    last().say("status", "10.4");
    expect(states).toEqual(["opening", "open"]);
  });

  it("opens anew from the newest event when the server freezes, after 1, 2, 4, 10 and 10 s", () => {
    link.from("10.4");
    last().say("status", "10.4");
    last().say("alert", "12.4");
    const opened: number[] = [];
    let count = sources.length;
    for (let second = 1; second <= 60; second += 1) {
      pass(1);
      if (sources.length > count) opened.push(now / 1_000);
      count = sources.length;
    }
    // Silent for more than 5 s: closed at 6 s; each new try is given 5 s of silence again.
    expect(opened).toEqual([7, 15, 25, 41, 57]);
    expect(last().since).toBe("12.4");
    expect(sources.slice(0, -1).every((source) => source.closed)).toBe(true);
  });

  it("tries at once again from the first wait after a pulse", () => {
    link.from("1.0");
    pass(30);
    last().say("status", "1.0");
    last().say("error");
    const tries = sources.length;
    pass(1);
    expect(sources.length).toBe(tries + 1);
  });

  it("hears nothing of a source that it closed", () => {
    link.from("1.0");
    const first = last();
    first.say("error");
    first.say("alert", "5.0");
    expect(events).toEqual([]);
    expect(link.position).toBe("1.0");
  });

  it("waits for a list when what it knows is too old", () => {
    link.from("1.0");
    last().say("reset", "", '{"reason":"too_old"}');
    expect(link.state).toBe("reset");
    pass(30);
    expect(sources).toHaveLength(1);
    link.from("90.0");
    expect(last().since).toBe("90.0");
  });

  it("goes back where somebody's list ends before what it has, and not otherwise", () => {
    link.from("10.0");
    last().say("alert", "20.0");
    link.from("25.0");
    expect(sources).toHaveLength(1);
    link.from("15.0");
    expect(last().since).toBe("15.0");
  });

  it("stays away when the session ended, until somebody logs in", () => {
    link.from("1.0");
    last().say("bye", "", '{"reason":"session_ended"}');
    expect(link.state).toBe("ended");
    pass(60);
    expect(sources).toHaveLength(1);
    link.again();
    expect(sources).toHaveLength(2);
  });

  it("comes back soon when the server stops on purpose", () => {
    link.from("1.0");
    last().say("status", "1.0");
    last().say("bye", "", '{"reason":"stopping"}');
    pass(1);
    expect(sources).toHaveLength(2);
  });

  it("asks again for an event that is no JSON", () => {
    link.from("1.0");
    last().say("alert", "2.0", '{"id":');
    expect(link.state).toBe("lost");
    expect(link.position).toBe("1.0");
  });
});

describe("waits", () => {
  it("are 1, 2, 4 and at most 10 s, and not all the same", () => {
    expect([0, 1, 2, 3, 9].map((tries) => waitMs(tries, 1))).toEqual([1_000, 2_000, 4_000, 10_000, 10_000]);
    expect(waitMs(3, 0)).toBe(5_000);
  });
});
