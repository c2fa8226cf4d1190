/** Keyboard: one listener for the whole page; who is on the screen says what a command does there (`acting/keys.ts` has the keys). */

import { meaning, type Command, type Press, type Sequence } from "../acting/keys.ts";
import { settings } from "./settings.svelte.ts";

export type Deeds = Partial<Record<Command, () => void>>;

const FIELDS = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const TYPED = new Set(["checkbox", "radio", "button", "submit", "reset", "range"]);

class Keyboard {
  #deeds: Deeds[] = [];
  #before: Sequence | null = null;

  /** Say what commands do here; who came last is asked first. Returns what takes it back. */
  bind(deeds: Deeds): () => void {
    this.#deeds.push(deeds);
    return () => (this.#deeds = this.#deeds.filter((each) => each !== deeds));
  }

  begin(): () => void {
    const pressed = (event: KeyboardEvent): void => this.#press(event);
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape" && document.querySelector(":popover-open") !== null) return; // the browser closes it
    if (event.repeat && event.key === "Enter" && document.activeElement instanceof HTMLButtonElement) return event.preventDefault(); // it would click again and again
    const { key, ctrlKey: ctrl, altKey: alt, metaKey: meta, repeat } = event;
    const found = meaning({ key, ctrl, alt, meta, repeat, focus: focusOf(document.activeElement) }, this.#before, settings.letters, performance.now());
    this.#before = found.sequence;
    const { command } = found;
    if (command === null) return;
    const deed = this.#deeds.findLast((each) => each[command] !== undefined)?.[command];
    if (deed === undefined) return;
    event.preventDefault();
    deed();
  }
}

/** Return what of the page has the focus, as far as keys are concerned. */
export function focusOf(element: Element | null): Press["focus"] {
  if (element === null || element === document.body) return document.querySelector("dialog[open]") === null ? "none" : "dialog";
  if (element.closest("dialog[open]") !== null) return "dialog";
  if (FIELDS.has(element.tagName)) return element instanceof HTMLInputElement && TYPED.has(element.type) ? "control" : "field";
  if (element instanceof HTMLElement && element.isContentEditable) return "field";
  if (element.getAttribute("role") === "tab") return "tab";
  return element.tagName === "BUTTON" || element.tagName === "A" || element.tagName === "SUMMARY" ? "control" : "none";
}

export const keyboard = new Keyboard();
