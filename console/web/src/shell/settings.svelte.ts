/** Settings: what a person chose for this browser: language, colours, keys of one letter, room. */

import { speak, type Language } from "../words/words.ts";
import { kept } from "./kept.ts";

export type Theme = "dark" | "light";
type Chosen = { language: Language; theme: Theme; letters: boolean; room: string };
const isChosen = (found: unknown): found is Partial<Chosen> => typeof found === "object" && found !== null;

class Settings {
  language = $state<Language>("nl");
  theme = $state<Theme>("dark");
  /** Whether keys of one letter act (WCAG 2.1.4). */
  letters = $state(true);
  room = $state("");
  #chose = false;

  /** Take what was chosen before, and show it; called once, before anything is drawn. */
  begin(): void {
    const found = kept.read("settings", isChosen) ?? {};
    this.#chose = found.language !== undefined;
    this.language = found.language === "en" ? "en" : "nl";
    this.theme = found.theme === "light" ? "light" : "dark";
    this.letters = found.letters !== false;
    this.room = typeof found.room === "string" ? found.room : "";
    this.#show();
  }

  /** Take the language of who logged in, unless one was chosen in this browser. */
  offer(language: Language): void {
    if (this.#chose || language === this.language) return;
    this.language = language;
    this.#show();
  }

  choose(change: Partial<Chosen>): void {
    const other = change.language !== undefined && change.language !== this.language;
    Object.assign(this, change);
    this.#chose = true;
    const { language, theme, letters, room } = this;
    kept.write("settings", { language, theme, letters, room } satisfies Chosen);
    if (other) location.reload(); // all that the server words comes anew
    else this.#show();
  }

  #show(): void {
    speak(this.language);
    document.documentElement.lang = this.language;
    document.documentElement.dataset["theme"] = this.theme;
  }
}

export const settings = new Settings();
