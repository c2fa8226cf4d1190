import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FromWindow, ToWindow } from "./hub.ts";
import { join, SILENT_TICKS, WORKERS } from "./join.ts";

type FakePort = { name: string; said: FromWindow[]; closed: boolean; tell(message: ToWindow): void };
let ports: FakePort[] = [];
let streams: string[] = [];
let told: ToWindow[] = [];
let rejoined = 0;
const last = (): FakePort => ports.at(-1) as FakePort;
const says = (port: FakePort): string[] => port.said.map((each) => each.say);

class FakeWorker {
  readonly port: Record<string, unknown>;
  constructor(_: URL, options: { name: string }) {
    const port: FakePort = { name: options.name, said: [], closed: false, tell: (data) => (this.port["onmessage"] as (event: unknown) => void)({ data }) };
    this.port = { postMessage: (message: FromWindow) => port.said.push(message), close: () => (port.closed = true), onmessage: null };
    ports.push(port);
  }
}
class FakeEvents {
  constructor(address: string) {
    streams.push(address);
  }
  addEventListener(): void {}
  close(): void {}
}

beforeEach(() => {
  vi.useFakeTimers();
  [ports, streams, told, rejoined] = [[], [], [], 0];
  vi.stubGlobal("SharedWorker", FakeWorker);
  vi.stubGlobal("EventSource", FakeEvents);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const begin = () => join("amstelveen", "nl", (message) => told.push(message), () => (rejoined += 1));

describe("join", () => {
  it("says where to, answers each tick and hands on what it is told", () => {
    const joined = begin();
    expect(last().said).toEqual([{ say: "join", room: "amstelveen", lang: "nl", address: "/api/v1/rooms/amstelveen/stream?lang=nl" }]);
    last().tell({ tell: "tick" });
    last().tell({ tell: "state", state: "open" });
    expect(says(last())).toEqual(["join", "here"]);
    expect(told.map((each) => each.tell)).toEqual(["tick", "state"]);
    joined.leave();
    expect([says(last()).at(-1), last().closed]).toEqual(["leave", true]);
  });

  it("meets other windows in another worker when this one is silent, and loads anew", () => {
    const joined = begin();
    const first = last();
    vi.advanceTimersByTime((SILENT_TICKS + 1) * 1_000);
    expect([first.closed, last().name, says(last()), rejoined]).toEqual([true, "toezicht-2", ["join"], 1]);
    first.tell({ tell: "state", state: "open" });
    expect(told).toEqual([]);
    joined.leave();
  });

  it("holds a stream by itself when no worker answers", () => {
    const joined = begin();
    for (let tries = 0; tries < WORKERS; tries += 1) vi.advanceTimersByTime((SILENT_TICKS + 1) * 1_000);
    expect(ports).toHaveLength(WORKERS);
    joined.say({ say: "loaded", position: "5.0" });
    expect(streams).toEqual(["/api/v1/rooms/amstelveen/stream?lang=nl&since=5.0"]);
    vi.advanceTimersByTime(60_000);
    expect(ports).toHaveLength(WORKERS);
    joined.leave();
  });

  it("holds a stream by itself where there are no shared workers", () => {
    vi.stubGlobal("SharedWorker", undefined);
    const joined = begin();
    joined.say({ say: "loaded", position: "5.0" });
    expect(streams).toHaveLength(1);
    joined.leave();
  });

  it("joins again, and loads anew, when it slept too long", () => {
    const joined = begin();
    last().tell({ tell: "gone" });
    expect([says(last()), rejoined]).toEqual([["join", "join"], 1]);
    joined.leave();
  });
});
