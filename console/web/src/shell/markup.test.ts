import { describe, expect, it } from "vitest";

const components = Object.entries(import.meta.glob<string>("../**/*.svelte", { query: "?raw", import: "default", eager: true }));
const sources = Object.entries(import.meta.glob<string>(["../**/*.ts", "!../**/*.test.ts"], { query: "?raw", import: "default", eager: true }));

describe("the page's sources", () => {
  it("are there", () => {
    expect(components.length).toBeGreaterThan(10);
    expect(sources.length).toBeGreaterThan(20);
  });

  it.each(components)("%s has no style attribute and no markup from text: the policy allows neither", (_, text) => {
    expect(text).not.toMatch(/\sstyle="/);
    expect(text).not.toMatch(/\{@html|innerHTML/);
  });

  it.each([...components, ...sources])("%s names no address elsewhere", (_, text) => {
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });
});
