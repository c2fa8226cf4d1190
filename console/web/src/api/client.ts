/** Client of the console's API: typed by its OpenAPI document; every error is a `Problem` with a code. */

import { language } from "../words/words.ts";
import type { components, paths } from "./types.ts";

export type Schemas = components["schemas"];
export type Row = Schemas["AlertRow"];
export type Status = Schemas["Status"];
export type CameraNow = Schemas["CameraNow"];
export type ZoneNow = Schemas["ZoneNow"];
export type Decision = Schemas["Decision"];
export type Me = Schemas["Me"];
export type Right = Schemas["Right"];
export type Priority = Schemas["Priority"];

type Method = "get" | "post" | "put" | "delete";
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
/** Addresses that take a method. */
export type Takes<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Json<T> = T extends { content: { "application/json": infer A } } ? A : undefined;
/** What an address answers, of all that is no problem. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Json<R[Extract<keyof R, 200 | 201 | 202 | 204>]> : never;
type Body<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type Query<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { parameters: { query?: infer Q } } ? ([Q] extends [undefined] ? never : NonNullable<Q>) : never;
type Names<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
/** Where to: the values of the address's `{names}`, a query, a signal that gives the request up; `keepalive` outlives the page,
 * `quiet` opens no dialog when nobody is logged in. */
export type Where<P extends keyof paths, M extends Method> = {
  [N in Names<P>]: string | number;
} & { query?: Query<P, M>; signal?: AbortSignal; keepalive?: boolean; quiet?: boolean };
type Given<P extends keyof paths, M extends Method> = [Names<P>] extends [never] ? [where?: Where<P, M>] : [where: Where<P, M>];

/** Problem: an answer of the API that is an error (RFC 9457), or no answer at all: `no_connection`, status 0. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail = "",
    readonly fields: readonly { field: string; expected: string }[] = [],
    readonly retryAfterS: number | null = null,
  ) {
    super(`${status} ${code}`);
    this.name = "Problem";
  }
}

/** What stands between a request and its answer when nobody is logged in; `shell/session` puts itself here.
 *
 * It answers whether the request is to be sent once more: after the same person logged in again. */
export type Asker = (code: string, acts: boolean) => Promise<boolean>;
/** Codes that a login mends. */
const LOGIN_ASKED: ReadonlySet<string> = new Set(["not_logged_in", "acting_ended"]);
let askAgain: Asker | null = null;
export function onLoggedOut(asker: Asker | null): void {
  askAgain = asker;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Schemas["ProblemBody"]>;
    if (typeof body.code === "string") {
      return new Problem(response.status, body.code, body.detail ?? "", body.fields ?? [], body.retry_after_s ?? null);
    }
  } catch {
    /* no JSON: a proxy's own page */
  }
  return new Problem(response.status, "no_problem_json");
}

async function fetched(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: "same-origin", redirect: "error", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "no_connection");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

type Loose = Record<string, unknown> & { query?: Record<string, unknown>; signal?: AbortSignal; keepalive?: boolean; quiet?: boolean };

/** Return an address with its names and its query filled in; the language of the page always goes along. */
export function addressOf(path: string, where: Loose = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(where[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ lang: language(), ...where.query })) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  return `${filled}?${query}`;
}

async function send(method: Method, path: string, where: Loose | undefined, body: unknown): Promise<unknown> {
  const init: RequestInit = { method: method.toUpperCase() };
  if (where?.signal) init.signal = where.signal;
  if (where?.keepalive) init.keepalive = true;
  if (method !== "get") {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body ?? {});
  }
  const address = addressOf(path, where);
  let response: Response;
  try {
    response = await fetched(address, init);
  } catch (error) {
    const asks = error instanceof Problem && LOGIN_ASKED.has(error.code) && !where?.keepalive && !where?.quiet;
    if (!asks || askAgain === null || !(await askAgain(error.code, method !== "get"))) throw error;
    response = await fetched(address, init);
  }
  const text = await response.text();
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

export const api = {
  get<P extends Takes<"get">>(path: P, ...[where]: Given<P, "get">): Promise<Answer<P, "get">> {
    return send("get", path, where as Loose, undefined) as Promise<Answer<P, "get">>;
  },
  post<P extends Takes<"post">>(path: P, body: Body<P, "post">, ...[where]: Given<P, "post">): Promise<Answer<P, "post">> {
    return send("post", path, where as Loose, body) as Promise<Answer<P, "post">>;
  },
  put<P extends Takes<"put">>(path: P, body: Body<P, "put">, ...[where]: Given<P, "put">): Promise<Answer<P, "put">> {
    return send("put", path, where as Loose, body) as Promise<Answer<P, "put">>;
  },
  delete<P extends Takes<"delete">>(path: P, ...[where]: Given<P, "delete">): Promise<Answer<P, "delete">> {
    return send("delete", path, where as Loose, {}) as Promise<Answer<P, "delete">>;
  },
  /** Open the list of a room: its position at once, and its rows as they come. */
  async rows(room: string, signal?: AbortSignal): Promise<{ position: string; total: number | null; body: ReadableStream<Uint8Array> }> {
    const init: RequestInit = signal ? { signal } : {};
    const response = await fetched(addressOf("/api/v1/rooms/{room}/rows", { room }), init);
    const total = Number(response.headers.get("X-Total") ?? "x");
    if (response.body === null) throw new Problem(0, "no_connection");
    return {
      position: response.headers.get("X-Position") ?? "",
      total: Number.isFinite(total) ? total : null,
      body: response.body,
    };
  },
};
