/** Sound: tones by Web Audio, in one window of those that show a room; which of them, the browser's own lock decides. A window of
 * another room knows nothing of this one's alerts, and so each room has a lock of its own. */

import { kept } from "../shell/kept.ts";
import { TONES, type Mute, type Tone } from "./rules.ts";

export const lockOf = (room: string): string => `toezicht-sound-${room}`;

class Sound {
  /** Whether some window of this browser can sound for the room. */
  runs = $state(false);
  /** What was silenced, in all windows. */
  mute = $state.raw<Mute | null>(null);
  #context: AudioContext | null = null;
  #room = "";
  #mine = false;
  /** Held or waited for: the lock of the room. */
  #seat: AbortController | null = null;

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

  /** Sound for a room from now on. */
  sit(room: string): void {
    if (room === this.#room) return;
    this.#rise();
    this.#room = room;
    if (this.#context?.state === "running") this.#elect();
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
    this.runs = this.#context?.state === "running" || held.some((each) => each.name === lockOf(this.#room));
  }

  async #wake(): Promise<void> {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= this.#made();
    if (this.#context.state !== "running") await Promise.race([this.#context.resume(), patience()]).catch(() => undefined);
  }

  #made(): AudioContext {
    const context = new AudioContext();
    const changed = (): void => {
      if (context.state !== "running") return this.#rise(); // another window may sound meanwhile
      this.runs = true;
      this.#elect();
    };
    context.onstatechange = changed;
    changed();
    return context;
  }

  /** Wait for the room's lock, and hold it as long as this window shows the room and can sound. */
  #elect(): void {
    if (this.#seat !== null || this.#room === "") return;
    const seat = new AbortController();
    this.#seat = seat;
    const locks = navigator.locks as LockManager | undefined;
    if (locks === undefined) return void (this.#mine = true);
    const held = (): Promise<void> => {
      if (seat.signal.aborted) return Promise.resolve();
      this.#mine = true;
      return new Promise((done) => seat.signal.addEventListener("abort", () => done()));
    };
    locks.request(lockOf(this.#room), { signal: seat.signal }, held).catch(() => undefined); // given up before it came
  }

  #rise(): void {
    this.#seat?.abort();
    this.#seat = null;
    this.#mine = false;
  }
}

/** A context that may not run yet never answers. */
const patience = (): Promise<void> => new Promise((done) => setTimeout(done, 1_000));
const isMute = (found: unknown): found is Mute =>
  typeof found === "object" && found !== null && typeof (found as Mute).until === "number" && Array.isArray((found as Mute).rings);

export const sound = new Sound();
