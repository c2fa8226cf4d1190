/** Now: the time of the server, on a machine whose own clock may be an hour wrong. All in ms since 1970. */

/** How far this machine's clock may be off before the page says so (ms). */
export const SKEW_MS = 60_000;
/** Of how many pulses the quickest counts: a minute's. A slow one arrives late, and would make the server look behind. */
const PULSES = 30;

export class ServerClock {
  #offsets: number[] = [];
  #offset: number;

  /**
   * @param local This machine's clock, as it is set.
   * @param steady A clock that nobody sets, ms since any moment. */
  constructor(
    readonly local: () => number = () => Date.now(),
    readonly steady: () => number = () => performance.now(),
  ) {
    this.#offset = local() - steady();
  }

  /** Take the server's time, as it stood in a pulse that came just now. */
  set(serverAt: string): void {
    const at = Date.parse(serverAt);
    if (!Number.isFinite(at)) return;
    this.#offsets.push(at - this.steady());
    if (this.#offsets.length > PULSES) this.#offsets.shift();
    this.#offset = Math.max(...this.#offsets);
  }

  /** Whether the server ever told its time; until then it is this machine's. */
  get known(): boolean {
    return this.#offsets.length > 0;
  }

  now(): number {
    return this.steady() + this.#offset;
  }

  /** How far this machine's clock runs ahead (ms); behind is below zero; 0 where nobody knows. */
  skewMs(): number {
    return this.known ? this.local() - this.now() : 0;
  }
}
