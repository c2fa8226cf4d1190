import { afterEach, describe, expect, it, vi } from "vitest";
import { addressOf, api, onLoggedOut, Problem } from "./client.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  onLoggedOut(null);
});
const answers = (...responses: (Response | Error)[]): ReturnType<typeof vi.fn> => {
  const fetched = vi.fn(async () => {
    const next = responses.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error("no more answers");
    return next;
  });
  vi.stubGlobal("fetch", fetched);
  return fetched;
};
const problem = (status: number, code: string, more = {}): Response =>
  new Response(JSON.stringify({ title: "x", status, code, ...more }), { status, headers: { "Content-Type": "application/problem+json" } });

describe("addresses", () => {
  it("fill in names and a query, each as text", () => {
    expect(addressOf("/rooms/{room}/alerts", { room: "a/b?c", query: { limit: 5, state: ["new", "closed"], cursor: undefined } })).toBe(
      "/rooms/a%2Fb%3Fc/alerts?lang=nl&limit=5&state=new&state=closed",
    );
  });
});

describe("requests", () => {
  it("throw a problem with its code, its fields and when to try again", async () => {
    answers(problem(429, "too_many", { retry_after_s: 30, fields: [{ field: "user", expected: "a name" }] }));
    const found = await api.get("/api/v1/me").catch((error: unknown) => error);
    expect(found).toBeInstanceOf(Problem);
    expect(found).toMatchObject({ status: 429, code: "too_many", retryAfterS: 30, fields: [{ field: "user" }] });
  });

  it("throw a problem for an answer that is none of the console's, and for no answer", async () => {
    answers(new Response("<html>gateway</html>", { status: 502 }), new TypeError("Failed to fetch"));
    await expect(api.get("/api/v1/me")).rejects.toMatchObject({ status: 502, code: "no_problem_json" });
    await expect(api.get("/api/v1/me")).rejects.toMatchObject({ status: 0, code: "no_connection" });
  });

  it("wait for a login and go out once more, with the same body", async () => {
    const fetched = answers(problem(401, "acting_ended"), new Response('{"state":"pending"}', { status: 202 }));
    const asked: string[] = [];
    onLoggedOut(async (code) => {
      asked.push(code);
      return true;
    });
    const action = { action_id: "x", alert_id: "a", seen_revision: 1, action: "acknowledge" } as Parameters<typeof api.post<"/api/v1/rooms/{room}/actions">>[1];
    await expect(api.post("/api/v1/rooms/{room}/actions", action, { room: "r" })).resolves.toEqual({ state: "pending" });
    expect(asked).toEqual(["acting_ended"]);
    expect(fetched.mock.calls[0]).toEqual(fetched.mock.calls[1]);
  });

  it("are not done when nobody logs in again", async () => {
    answers(problem(401, "not_logged_in"));
    onLoggedOut(async () => false);
    await expect(api.get("/api/v1/users")).rejects.toMatchObject({ status: 401 });
  });

  it("answer nothing where there is nothing", async () => {
    answers(new Response(null, { status: 204 }));
    await expect(api.delete("/api/v1/session")).resolves.toBeUndefined();
  });
});
