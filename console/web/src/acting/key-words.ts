/** Key words: keys as a person reads them on the keyboard. */
import { KEYS, type Command } from "./keys.ts";

const SHOWN: Readonly<Record<string, string>> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  PageDown: "PgDn",
  PageUp: "PgUp",
  Escape: "Esc",
  X: "Shift+x",
};

/** Return the keys of a command, each as one text. */
export function keyWords(command: Command): string[] {
  return KEYS.filter((line) => line.command === command).map((line) => line.keys.map((key) => SHOWN[key] ?? key).join(" "));
}
