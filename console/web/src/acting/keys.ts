/**
 * Keys: one registry of what each key does, which the help shows and the foot of the list shortens. A pure function says what a
 * key press means; components give the deeds.
 */

export const COMMANDS = [
  "down", "up", "page_down", "page_up", "home", "end", "open", "back", "newest_p1", "show",
  "acknowledge", "release", "assign", "dispatch", "picture", "shelve", "undo", "false_alarm", "close", "merge", "split",
  "tick", "tick_range", "explanation", "search", "mute", "note", "report", "unfold", "fold",
  "go_list", "go_map", "go_crowd", "go_handover", "go_cameras", "help",
] as const;
export type Command = (typeof COMMANDS)[number];
export type KeyGroup = "move" | "act" | "look" | "go";

export interface KeyLine {
  readonly command: Command;
  /** As `KeyboardEvent.key`; two in a row for `g l`. */
  readonly keys: readonly string[];
  readonly group: KeyGroup;
  /** Whether it stands in the foot of the list. */
  readonly foot?: true;
}

export const KEYS: readonly KeyLine[] = [
  { command: "down", keys: ["j"], group: "move", foot: true },
  { command: "down", keys: ["ArrowDown"], group: "move" },
  { command: "up", keys: ["k"], group: "move", foot: true },
  { command: "up", keys: ["ArrowUp"], group: "move" },
  { command: "page_down", keys: ["PageDown"], group: "move" },
  { command: "page_up", keys: ["PageUp"], group: "move" },
  { command: "home", keys: ["Home"], group: "move" },
  { command: "end", keys: ["End"], group: "move" },
  { command: "unfold", keys: ["ArrowRight"], group: "move" },
  { command: "fold", keys: ["ArrowLeft"], group: "move" },
  { command: "open", keys: ["Enter"], group: "move", foot: true },
  { command: "back", keys: ["Escape"], group: "move" },
  { command: "newest_p1", keys: ["n"], group: "move", foot: true },
  { command: "show", keys: ["."], group: "move" },
  { command: "tick", keys: ["x"], group: "move" },
  { command: "tick_range", keys: ["X"], group: "move" },
  { command: "search", keys: ["/"], group: "move", foot: true },
  { command: "acknowledge", keys: ["a"], group: "act", foot: true },
  { command: "release", keys: ["r"], group: "act" },
  { command: "assign", keys: ["t"], group: "act" },
  { command: "shelve", keys: ["u"], group: "act", foot: true },
  { command: "false_alarm", keys: ["v"], group: "act", foot: true },
  { command: "close", keys: ["s"], group: "act", foot: true },
  { command: "dispatch", keys: ["i"], group: "act" },
  { command: "merge", keys: ["m"], group: "act" },
  { command: "split", keys: ["p"], group: "act" },
  { command: "note", keys: ["w"], group: "act" },
  { command: "report", keys: ["+"], group: "act" },
  { command: "undo", keys: ["z"], group: "act", foot: true },
  { command: "picture", keys: ["f"], group: "look" },
  { command: "explanation", keys: ["e"], group: "look" },
  { command: "mute", keys: ["q"], group: "look" },
  { command: "help", keys: ["?"], group: "look", foot: true },
  { command: "go_list", keys: ["g", "l"], group: "go" },
  { command: "go_map", keys: ["g", "k"], group: "go" },
  { command: "go_crowd", keys: ["g", "d"], group: "go" },
  { command: "go_handover", keys: ["g", "o"], group: "go" },
  { command: "go_cameras", keys: ["g", "c"], group: "go" },
];

/** How long the first of two keys waits for the second. */
export const SEQUENCE_MS = 1_500;
const MOVES: ReadonlySet<Command> = new Set(["down", "up", "page_down", "page_up"]);
/** What a button or a link that has the focus takes for itself. */
const OF_A_CONTROL: ReadonlySet<string> = new Set(["Enter", " "]);
const OF_A_TAB: ReadonlySet<string> = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

export interface Press {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
  readonly repeat: boolean;
  /** What has the focus: a field takes all keys, a control some, a dialog all. */
  readonly focus: "none" | "field" | "control" | "tab" | "dialog";
}

export interface Sequence {
  readonly first: string;
  readonly at: number;
}

export interface Meaning {
  readonly command: Command | null;
  /** The first key of two that was just pressed. */
  readonly sequence: Sequence | null;
}

const NOTHING: Meaning = { command: null, sequence: null };

/**
 * Return what a key press means.
 *
 * @param letters Whether keys of one character act: they can be switched off (WCAG 2.1.4); arrows, Enter and Esc stay.
 */
export function meaning(press: Press, before: Sequence | null, letters: boolean, now: number): Meaning {
  if (press.ctrl || press.alt || press.meta || press.focus === "dialog") return NOTHING;
  if (press.focus === "field") return press.key === "Escape" ? { command: "back", sequence: null } : NOTHING;
  if (press.focus !== "none" && OF_A_CONTROL.has(press.key)) return NOTHING;
  if (press.focus === "tab" && OF_A_TAB.has(press.key)) return NOTHING;
  if (press.key.length === 1 && !letters) return NOTHING;
  const first = before !== null && now - before.at <= SEQUENCE_MS ? before.first : null;
  const line = first === null ? undefined : KEYS.find((each) => each.keys.length === 2 && each.keys[0] === first && each.keys[1] === press.key);
  const found = line ?? (first === null ? KEYS.find((each) => each.keys.length === 1 && each.keys[0] === press.key) : undefined);
  if (found !== undefined) return press.repeat && !MOVES.has(found.command) ? NOTHING : { command: found.command, sequence: null };
  if (KEYS.some((each) => each.keys.length === 2 && each.keys[0] === press.key)) return { command: null, sequence: { first: press.key, at: now } };
  return NOTHING;
}

