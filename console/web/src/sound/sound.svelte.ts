/** Sound: tones by Web Audio, in one window of the browser only; which of them, the browser's own lock decides. */

import { kept } from "../shell/kept.ts";
import { TONES, type Mute, type Tone } from "./rules.ts";

const LOCK = "toezicht-sound";

class Sound {
  /** Whether some window of this browser can sound. */
  runs = $state(false);
  /** What was silenced, in all windows. */
  mute = $state.raw<Mute | null>(null);
  #context: AudioContext | null = null;
  #mine = false;
  #asked = false;

  /** Begin; a browser lets a page sound after a key or a click. Returns what ends it. */
  begin(): () => void {
    const wake = (): void => void this.#wake();
    const stored = (event: StorageEvent): void => {
      if (event.key === kept.name("mute")) this.mute = kept.read<Mute>("mute", isMute);
    };
    this.mute = kept.read<Mute>("mute", isMute);
    for (const name of ["keydown", "pointerdown"] as const) addEventListener(name, wake, { capture: true });
    addEventListener("storage", stored);
    wake();
    return () => {
      for (const name of ["keydown", "pointerdown"] as const) removeEventListener(name, wake, { capture: true });
      removeEventListener("storage", stored);
    };
  }

  silence(mute: Mute | null): void {
    this.mute = mute;
    kept.write("mute", mute);
  }

  /** Play a tone, if this window is the one that sounds; a test tone sounds in the window where it is asked for. */
  play(tone: Tone): void {
    const context = this.#context;
    if (context?.state !== "running" || (!this.#mine && tone !== "test")) return;
    for (const { hz, atMs, lastsMs, gain } of TONES[tone]) {
      const from = context.currentTime + 0.01 + atMs / 1_000;
      const until = from + lastsMs / 1_000;
      const oscillator = new OscillatorNode(context, { frequency: hz });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(gain, from + 0.01);
      volume.gain.setValueAtTime(gain, until - 0.03);
      volume.gain.linearRampToValueAtTime(0, until);
      oscillator.connect(volume).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(until);
    }
  }

  /** Look whether any window sounds; once a second. */
  async look(): Promise<void> {
    const locks = navigator.locks as LockManager | undefined;
    const held = (await locks?.query())?.held ?? [];
    this.runs = this.#context?.state === "running" || held.some((each) => each.name === LOCK);
  }

  async #wake(): Promise<void> {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= this.#made();
    if (this.#context.state !== "running") await Promise.race([this.#context.resume(), patience()]).catch(() => undefined);
  }

  #made(): AudioContext {
    const context = new AudioContext();
    const changed = (): void => {
      if (context.state !== "running") return;
      this.runs = true;
      this.#elect();
    };
    context.onstatechange = changed;
    changed();
    return context;
  }

  /** Wait for the lock, and hold it as long as this window lives. */
  #elect(): void {
    const locks = navigator.locks as LockManager | undefined;
    if (this.#asked) return;
    this.#asked = true;
    if (locks === undefined) this.#mine = true;
    else void locks.request(LOCK, () => {
      this.#mine = true;
      return new Promise<never>(() => undefined);
    });
  }
}

/** A context that may not run yet never answers. */
const patience = (): Promise<void> => new Promise((done) => setTimeout(done, 1_000));
const isMute = (found: unknown): found is Mute =>
  typeof found === "object" && found !== null && typeof (found as Mute).until === "number" && Array.isArray((found as Mute).rings);

export const sound = new Sound();
