/** Session: who is logged in. When it ends, a dialog comes over the list; the action that was under way waits for the login. */

import { api, onLoggedOut, Problem, type Me, type Right, type Schemas } from "../api/client.ts";

/** Why the dialog asks for a login: the session ended, or soon will; or nobody pressed a key for too long and wants to act. */
export type Ask = "session_ended" | "acting_ended" | "extend";

class Session {
  /** null: nobody; undefined: not known yet. */
  me = $state.raw<Me | null | undefined>(undefined);
  ways = $state.raw<Schemas["LoginWays"] | null>(null);
  /** Whether the dialog is open, and why. The list behind it goes on. */
  ask = $state<Ask | null>(null);
  /** How many actions wait for the login. */
  kept = $state(0);
  #waiting: ((again: boolean) => void)[] = [];
  #listeners = new Set<() => void>();

  may(right: Right): boolean {
    return this.me?.rights.includes(right) ?? false;
  }

  /** Find out who is logged in. A server that does not answer changes nothing. */
  async look(): Promise<void> {
    try {
      this.ways ??= await api.get("/api/v1/login");
      this.me = await quietly(() => api.get("/api/v1/me"));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      if (this.me) this.ask = "session_ended";
      else this.me = null;
    }
  }

  /** Log in with a local account; what waited goes out when it is the same person.
   *
   * @throws Problem where name or password is wrong, or after too many tries. */
  async login(user: string, password: string): Promise<void> {
    this.#logged(await quietly(() => api.post("/api/v1/session", { user, password })));
  }

  /** Look whether a login in another window succeeded. */
  async loggedInElsewhere(): Promise<void> {
    this.#logged(await quietly(() => api.get("/api/v1/me")));
  }

  #logged(me: Me): void {
    const before = this.me;
    if (before && before.user !== me.user) {
      this.#answer(false); // what one person began is not done in the name of another
      location.assign("/");
      return;
    }
    this.me = me;
    this.ask = null;
    this.#answer(true);
    for (const listener of this.#listeners) listener();
  }

  /** Close the dialog without a login: what waited is not done. */
  dismiss(): void {
    this.ask = null;
    this.#answer(false);
  }

  async logout(): Promise<void> {
    await quietly(() => api.delete("/api/v1/session")).catch(() => undefined);
    location.assign("/");
  }

  /** Be told when somebody logged in again: streams begin anew. */
  onLogin(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Open the dialog; resolves when it is over, with whether the request is to be sent again. */
  again = (code: string): Promise<boolean> => {
    if (!this.me) return Promise.resolve(false);
    this.ask = code === "acting_ended" && this.ask !== "session_ended" ? "acting_ended" : "session_ended";
    this.kept += 1;
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  #answer(again: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.kept = 0;
    for (const each of waiting) each(again);
  }
}

export const session = new Session();
onLoggedOut(session.again);

/** Send a request of the login itself, which must not open the dialog that it stands in. */
async function quietly<T>(send: () => Promise<T>): Promise<T> {
  onLoggedOut(null);
  try {
    return await send();
  } finally {
    onLoggedOut(session.again);
  }
}
