/** Ask: one question to the server: its newest answer, and why the newest question has none. What was answered stays meanwhile. */

import { problemWords } from "../../acting/acting.svelte.ts";

export class Ask<T> {
  answer = $state.raw<T | null>(null);
  fault = $state("");
  busy = $state(false);
  #stop: AbortController | null = null;
  #question: ((signal: AbortSignal) => Promise<T>) | null = null;

  /** Ask; a question that is still on its way is given up. `keep`: what was answered stays until the new answer comes. */
  async ask(question: (signal: AbortSignal) => Promise<T>, keep = true): Promise<void> {
    this.#stop?.abort();
    const stop = new AbortController();
    [this.#stop, this.#question, this.busy] = [stop, question, true];
    if (!keep) this.answer = null;
    try {
      const answer = await question(stop.signal);
      if (!stop.signal.aborted) [this.answer, this.fault] = [answer, ""];
    } catch (error) {
      if (!stop.signal.aborted) this.fault = problemWords(error);
    } finally {
      if (!stop.signal.aborted) this.busy = false;
    }
  }

  again(): Promise<void> {
    return this.#question === null ? Promise.resolve() : this.ask(this.#question);
  }

  stop(): void {
    this.#stop?.abort();
  }
}
