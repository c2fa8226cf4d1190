import { describe, expect, it } from "vitest";
import tokens from "./tokens.css?raw";

type Colours = Record<string, string>;
function coloursOf(block: string): Colours {
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]));
}
const [, dark = "", light = ""] = tokens.split(":root");
const themes: [string, Colours][] = [["dark", coloursOf(dark)], ["light", coloursOf(light)]];
const GROUNDS = ["ground", "panel", "raised", "chosen"];

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each(themes)("colours, %s", (_, colours) => {
  const of = (name: string): string => colours[name] ?? "missing";
  it("have the same names in both themes", () => {
    expect(Object.keys(colours).sort()).toEqual(Object.keys(themes[0]?.[1] ?? {}).sort());
    expect(Object.keys(colours).length).toBeGreaterThan(15);
  });

  it.each(GROUNDS)("give text enough contrast on %s", (ground) => {
    for (const name of ["text", "soft"]) expect([name, contrast(of(name), of(ground)) >= 4.5]).toEqual([name, true]);
  });

  it.each(GROUNDS)("give frames and marks enough contrast on %s", (ground) => {
    for (const name of ["p1", "p2-line", "p3", "p4", "system", "focus"]) {
      expect([name, contrast(of(name), of(ground)) >= 3]).toEqual([name, true]);
    }
  });

  it("give the frame of a control enough contrast where controls stand", () => {
    for (const ground of ["ground", "panel", "raised"]) expect([ground, contrast(of("frame"), of(ground)) >= 3]).toEqual([ground, true]);
  });

  it("give text on filled tags enough contrast", () => {
    for (const [name, fill] of [["p1-text", "p1"], ["p2-text", "p2"], ["p3-text", "p3"], ["system-text", "system"]] as const) {
      expect([name, contrast(of(name), of(fill)) >= 4.5]).toEqual([name, true]);
    }
  });
});
