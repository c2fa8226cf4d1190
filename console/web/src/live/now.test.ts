import { describe, expect, it } from "vitest";
import { ServerClock } from "./now.ts";

const SERVER = Date.parse("2026-11-29T03:00:00.000Z");

describe("the server's clock", () => {
  it("is right on a machine that is an hour off, and tells by how much", () => {
    let steady = 1_000;
    const clock = new ServerClock(() => SERVER + 58 * 60_000 + (steady - 1_000), () => steady);
    expect(clock.skewMs()).toBe(0);
    clock.set("2026-11-29T03:00:00.000Z");
    steady += 5_000;
    expect(clock.now()).toBe(SERVER + 5_000);
    expect(clock.skewMs()).toBe(58 * 60_000);
  });

  it("believes the quickest pulse of the last minute", () => {
    let steady = 0;
    const clock = new ServerClock(() => SERVER, () => steady);
    steady = 10;
    clock.set("2026-11-29T03:00:00.000Z"); // 10 ms on its way
    steady = 2_900;
    clock.set("2026-11-29T03:00:02.000Z"); // 900 ms on its way
    expect(clock.now()).toBe(SERVER + 2_890);
  });

  it("follows when somebody puts this machine's clock right", () => {
    let [local, steady] = [SERVER, 0];
    const clock = new ServerClock(() => local, () => steady);
    clock.set("2026-11-29T03:00:00.000Z");
    local += 3_600_000;
    steady += 1;
    expect(clock.now()).toBe(SERVER + 1);
    expect(clock.skewMs()).toBe(3_599_999);
  });

  it("keeps its time when a pulse has none", () => {
    const clock = new ServerClock(() => SERVER, () => 0);
    clock.set("soon");
    expect([clock.now(), clock.known]).toEqual([SERVER, false]);
  });
});
