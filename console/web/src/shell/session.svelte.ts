/** Session: who is logged in. When it ends, a dialog comes over the list; the action that was under way waits for the login. */

import { api, onLoggedOut, Problem, type Me, type Right, type Schemas } from "../api/client.ts";
import { clock } from "../live/use.svelte.ts";

/** Why the dialog asks for a login: the session ended, or soon will; or nobody pressed a key for too long and wants to act. */
export type Ask = "session_ended" | "acting_ended" | "extend";

const CHANNEL = "toezicht-session";
const KEYS = ["keydown", "pointerdown"] as const;
/** How often the server is told that a person is at the keys (ms), at most. */
export const PRESENT_MS = 60_000;
/** A request of the login itself must not open the dialog that it stands in. */
const QUIET = { quiet: true };

class Session {
  /** null: nobody; undefined: not known yet. */
  me = $state.raw<Me | null | undefined>(undefined);
  ways = $state.raw<Schemas["LoginWays"] | null>(null);
  /** Whether the dialog is open, and why. The list behind it goes on. */
  ask = $state<Ask | null>(null);
  /** How many actions wait for the login; what is only read waits too, and is no action. */
  kept = $state(0);
  #tell: () => void = () => undefined;
  #presentAt = -Infinity;
  #waiting: ((again: boolean) => void)[] = [];
  #listeners = new Set<() => void>();

  may(right: Right): boolean {
    return this.me?.rights.includes(right) ?? false;
  }

  /** Hear of logins and logouts in other windows of this browser, which has one session for all; and of keys in this one. */
  begin(): () => void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => void this.look().catch(() => undefined);
    this.#tell = () => channel.postMessage("changed");
    const present = (): void => this.present();
    for (const name of KEYS) addEventListener(name, present, { capture: true, passive: true });
    return () => {
      channel.close();
      for (const name of KEYS) removeEventListener(name, present, { capture: true });
    };
  }

  /** Tell the other windows that who is logged in changed here. */
  tellOthers(): void {
    this.#tell();
  }

  /** Find out who is logged in. A server that does not answer changes nothing. */
  async look(): Promise<void> {
    const ways = this.ways ?? api.get("/api/v1/login");
    try {
      this.#logged(await api.get("/api/v1/me", QUIET));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      if (this.me) this.ask = "session_ended";
      else this.me = null;
    } finally {
      this.ways = await ways;
    }
  }

  /** Log in with a local account; what waited goes out when it is the same person.
   *
   * @throws Problem where name or password is wrong, or after too many tries. */
  async login(user: string, password: string): Promise<void> {
    this.#logged(await api.post("/api/v1/session", { user, password }, QUIET));
    this.#tell();
  }

  #logged(me: Me): void {
    const before = this.me;
    if (before && before.user !== me.user) {
      this.#answer(false); // what one person began is not done in the name of another
      location.assign("/");
      return;
    }
    this.me = me;
    if (this.ask === null || !answers(this.ask, before, me)) return;
    this.ask = null;
    this.#answer(true);
    for (const listener of this.#listeners) listener();
  }

  /** Change the password of one's own local account; other sessions of it end.
   *
   * @throws Problem where the old one is wrong, the new one is too short, or after too many tries. */
  async changePassword(old: string, wanted: string): Promise<void> {
    this.#logged(await api.put("/api/v1/me/password", { old, new: wanted }));
    this.#tell();
  }

  /** Note that a person is at the keys: the server is told once a minute at most, so that acting asks for no password. */
  present(): void {
    const now = clock.now();
    if (!this.me || this.me.must_change || this.ask !== null || now - this.#presentAt < PRESENT_MS || Date.parse(this.me.acting_until) <= now) return;
    this.#presentAt = now;
    api.put("/api/v1/session", undefined as never, QUIET).then(
      (me) => this.#logged(me),
      () => undefined, // the next action tells, if it matters
    );
  }

  /** Close the dialog without a login: what waited is not done. */
  dismiss(): void {
    this.ask = null;
    this.#answer(false);
  }

  async logout(): Promise<void> {
    const told = await api.delete("/api/v1/session", QUIET).catch(() => null);
    this.#tell();
    location.assign(told?.go_to ?? "/"); // the organisation's own session ends there, and the browser comes back
  }

  /** Be told when somebody logged in again: streams begin anew. */
  onLogin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Open the dialog; resolves when it is over, with whether the request is to be sent again. */
  again = (code: string, acts: boolean): Promise<boolean> => {
    if (!this.me) return Promise.resolve(false);
    this.ask = code === "acting_ended" && this.ask !== "session_ended" ? "acting_ended" : "session_ended";
    if (acts) this.kept += 1;
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  #answer(again: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.kept = 0;
    for (const each of waiting) each(again);
  }
}

/** Whether who is logged in now answers what the dialog asks: another window may have logged in. */
function answers(ask: Ask, before: Me | null | undefined, me: Me): boolean {
  switch (ask) {
    case "session_ended":
      return true;
    case "acting_ended":
      return Date.parse(me.acting_until) > clock.now();
    case "extend":
      return me.session_until !== before?.session_until;
  }
}

export const session = new Session();
onLoggedOut(session.again);
