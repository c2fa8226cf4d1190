import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { lockOf } from "./sound.svelte.ts";

/** The browser's locks, as far as they are used: one holder of a name at a time, the others wait. */
class FakeLocks {
  held: string[] = [];
  #waiting: { name: string; take: () => void }[] = [];
  async request(name: string, { signal }: { signal: AbortSignal }, then: () => Promise<void>): Promise<void> {
    if (this.held.includes(name)) await new Promise<void>((take) => this.#waiting.push({ name, take }));
    if (signal.aborted) throw new DOMException("", "AbortError");
    this.held.push(name);
    await then();
    this.held = this.held.filter((each) => each !== name);
    const next = this.#waiting.findIndex((each) => each.name === name);
    if (next >= 0) this.#waiting.splice(next, 1)[0]?.take();
  }
  query(): Promise<{ held: { name: string }[] }> {
    return Promise.resolve({ held: this.held.map((name) => ({ name })) });
  }
}
class FakeContext {
  state = "running";
  currentTime = 0;
  destination = {};
  onstatechange: (() => void) | null = null;
  constructor() {
    contexts.push(this);
  }
  become(state: string): void {
    this.state = state;
    this.onstatechange?.();
  }
  resume(): Promise<void> {
    return Promise.resolve();
  }
}
class FakeNode {
  gain = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };
  connect = (to: unknown): unknown => to;
  start = (): void => void (started += 1);
  stop = (): void => undefined;
}
let contexts: FakeContext[] = [];
let started = 0;
let locks: FakeLocks;
const soon = (): Promise<void> => new Promise((done) => setTimeout(done));

/** A window of its own: a fresh copy of the module. */
async function window(room: string): Promise<{ sound: (typeof import("./sound.svelte.ts"))["sound"]; context: FakeContext; rings: () => number }> {
  vi.resetModules();
  const { sound } = await import("./sound.svelte.ts");
  sound.begin();
  sound.sit(room);
  await soon();
  const rings = (): number => {
    started = 0;
    sound.play("p1");
    return started;
  };
  return { sound, context: contexts.at(-1) as FakeContext, rings };
}

beforeEach(() => {
  [contexts, locks] = [[], new FakeLocks()];
  vi.stubGlobal("navigator", { locks });
  vi.stubGlobal("AudioContext", FakeContext);
  vi.stubGlobal("OscillatorNode", FakeNode);
  vi.stubGlobal("GainNode", FakeNode);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
});
afterEach(() => vi.unstubAllGlobals());

describe("which window sounds", () => {
  it("one of those of a room, and one of each room: no other knows its alerts", async () => {
    const [one, two, other] = [await window("amstelveen"), await window("amstelveen"), await window("aalsmeer")];
    expect([one.rings(), two.rings(), other.rings()]).toEqual([2, 0, 2]);
    expect(locks.held).toEqual([lockOf("amstelveen"), lockOf("aalsmeer")]);
  });
  it("another, when the first shows another room, or can sound no more", async () => {
    const [one, two] = [await window("amstelveen"), await window("amstelveen")];
    one.sound.sit("aalsmeer");
    await soon();
    expect([one.rings(), two.rings()]).toEqual([2, 2]);
    one.sound.sit("amstelveen");
    two.context.become("interrupted");
    await soon();
    expect([one.rings(), two.rings()]).toEqual([2, 0]);
    one.context.become("interrupted");
    await soon();
    await one.sound.look();
    expect(one.sound.runs).toBe(false);
  });
});
