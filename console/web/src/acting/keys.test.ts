import { describe, expect, it } from "vitest";
import { nl } from "../words/nl.ts";
import { COMMANDS, KEYS, meaning, SEQUENCE_MS, type Press } from "./keys.ts";

const press = (key: string, more: Partial<Press> = {}): Press => ({ key, ctrl: false, alt: false, meta: false, repeat: false, focus: "none", ...more });
const command = (key: string, more: Partial<Press> = {}, letters = true): string | null => meaning(press(key, more), null, letters, 0).command;

describe("the registry", () => {
  it("has every command, each key once, and a word for each", () => {
    expect(new Set(KEYS.map((line) => line.command))).toEqual(new Set(COMMANDS));
    const keys = KEYS.map((line) => line.keys.join(" "));
    expect(new Set(keys).size).toBe(keys.length);
    for (const each of COMMANDS) expect(Object.keys(nl)).toContain(`key.${each}`);
  });
  it("has the keys of docs/console.md § 3", () => {
    const wanted = { a: "acknowledge", r: "release", t: "assign", i: "dispatch", f: "picture", u: "shelve", z: "undo", v: "false_alarm", s: "close", m: "merge", p: "split", x: "tick", X: "tick_range", e: "explanation", "/": "search", q: "mute", n: "newest_p1", ".": "show", "?": "help", j: "down", k: "up" };
    for (const [key, meant] of Object.entries(wanted)) expect([key, command(key)]).toEqual([key, meant]);
  });
});

describe("a key", () => {
  it("means nothing in a field or a dialog, nor with Ctrl, Alt or Meta", () => {
    for (const more of [{ focus: "field" }, { focus: "dialog" }, { ctrl: true }, { alt: true }, { meta: true }] as const) expect(command("a", more)).toBeNull();
    expect(command("Escape", { focus: "field" })).toBe("back");
  });
  it("leaves to a button and a tab what is theirs", () => {
    expect([command("Enter", { focus: "control" }), command(" ", { focus: "control" }), command("ArrowRight", { focus: "tab" })]).toEqual([null, null, null]);
    expect(command("a", { focus: "control" })).toBe("acknowledge");
  });
  it("that is held acts once; only moving goes on", () => {
    for (const line of KEYS.filter((each) => each.keys.length === 1)) {
      const moves = ["down", "up", "page_down", "page_up"].includes(line.command);
      expect([line.keys[0], command(line.keys[0] ?? "", { repeat: true })]).toEqual([line.keys[0], moves ? line.command : null]);
    }
  });
  it("of one character can be switched off; arrows, Enter and Esc stay", () => {
    expect([command("a", {}, false), command("?", {}, false)]).toEqual([null, null]);
    expect([command("ArrowDown", {}, false), command("Enter", {}, false), command("Escape", {}, false)]).toEqual(["down", "open", "back"]);
  });
});

describe("two keys", () => {
  it("go somewhere, if the second comes soon", () => {
    const first = meaning(press("g"), null, true, 0);
    expect(first.command).toBeNull();
    expect(meaning(press("k"), first.sequence, true, SEQUENCE_MS).command).toBe("go_map");
    expect(meaning(press("k"), first.sequence, true, SEQUENCE_MS + 1).command).toBe("up");
  });
  it("do not act by the second where the two mean nothing", () => {
    const first = meaning(press("g"), null, true, 0);
    expect(meaning(press("a"), first.sequence, true, 10)).toEqual({ command: null, sequence: null });
  });
});
