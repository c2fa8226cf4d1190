import { beforeEach, describe, expect, it } from "vitest";
import { GONE_MS, Hub, type Port, type ToWindow } from "./hub.ts";
import type { Source } from "./link.ts";

class FakeSource implements Source {
  closed = false;
  readonly listeners = new Map<string, (event: MessageEvent<string>) => void>();
  constructor(readonly address: string) {}
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
class FakePort implements Port {
  told: ToWindow[] = [];
  postMessage(message: ToWindow): void {
    this.told.push(message);
  }
  get events(): string[] {
    return this.told.flatMap((each) => (each.tell === "events" ? each.events.map((event) => `${event.name} ${event.id}`) : []));
  }
}

let now = 0;
let sources: FakeSource[] = [];
let soon: (() => void)[] = [];
let hub: Hub;
const last = (): FakeSource => sources.at(-1) as FakeSource;
const flush = (): void => soon.splice(0).forEach((then) => then());
const open = (): number => sources.filter((source) => !source.closed).length;
function window(room = "amstelveen"): FakePort {
  const port = new FakePort();
  hub.hear(port, { say: "join", room, lang: "nl", address: `/stream/${room}?lang=nl` });
  return port;
}

beforeEach(() => {
  now = 0;
  [sources, soon] = [[], []];
  hub = new Hub({
    open: (address) => {
      const source = new FakeSource(address);
      sources.push(source);
      return source;
    },
    steady: () => now,
    random: () => 1,
    soon: (then) => soon.push(then),
  });
});

describe("hub", () => {
  it("holds one stream for eight windows, and tells all of them", () => {
    const windows = Array.from({ length: 8 }, () => window());
    windows.forEach((port) => hub.hear(port, { say: "loaded", position: "5.0" }));
    last().say("alert", "6.0");
    last().say("alert", "7.0");
    flush();
    expect(sources).toHaveLength(1);
    expect(sources[0]?.address).toBe("/stream/amstelveen?lang=nl&since=5.0");
    for (const port of windows) expect(port.events).toEqual(["alert 6.0", "alert 7.0"]);
  });

  it("holds a stream for each room, and none that nobody watches", () => {
    const [one, other] = [window("a"), window("b")];
    hub.hear(one, { say: "loaded", position: "1.0" });
    hub.hear(other, { say: "loaded", position: "1.0" });
    expect(open()).toBe(2);
    hub.hear(one, { say: "leave" });
    expect([open(), hub.streams]).toEqual([1, 1]);
  });

  it("goes back for a window whose list ends before where it joined", () => {
    const first = window();
    hub.hear(first, { say: "loaded", position: "5.0" });
    last().say("alert", "9.0");
    const second = window();
    hub.hear(second, { say: "loaded", position: "7.0" });
    expect(last().address).toContain("since=7.0");
    const third = window();
    hub.hear(third, { say: "loaded", position: "8.0" });
    expect(sources).toHaveLength(2);
  });

  it("goes back after a reset for a window that was handed an older list than the first", () => {
    const [first, second] = [window(), window()];
    hub.hear(first, { say: "loaded", position: "5.0" });
    hub.hear(second, { say: "loaded", position: "5.0" });
    last().say("reset", "", '{"reason":"slow"}');
    hub.hear(first, { say: "loaded", position: "90.0" });
    hub.hear(second, { say: "loaded", position: "80.0" });
    expect(last().address).toContain("since=80.0");
    flush();
    expect(second.events).toEqual(["reset "]);
  });

  it("gives a window that joins the newest pulse at once, but no old one", () => {
    const first = window();
    hub.hear(first, { say: "loaded", position: "5.0" });
    last().say("status", "5.0");
    flush();
    expect(window().events).toEqual(["status 5.0"]);
    last().say("error");
    expect(window().events).toEqual([]);
  });

  it("lets a window go that does not answer any more", () => {
    const [dead, alive] = [window(), window()];
    hub.hear(dead, { say: "loaded", position: "5.0" });
    for (let each = 0; each <= GONE_MS; each += 1_000) {
      now += 1_000;
      hub.tick();
      hub.hear(alive, { say: "here" });
    }
    last().say("status", "5.0");
    last().say("alert", "6.0");
    flush();
    expect(alive.events).toContain("alert 6.0");
    expect(dead.events).not.toContain("alert 6.0");
    expect(dead.told.at(-1)?.tell).toBe("gone");
  });

  it("tells what came before it tells that the stream is lost", () => {
    const port = window();
    hub.hear(port, { say: "loaded", position: "5.0" });
    port.told = [];
    last().say("alert", "6.0");
    last().say("error");
    expect(port.told.map((each) => each.tell)).toEqual(["events", "state"]);
  });
});
