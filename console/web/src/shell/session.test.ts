import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, onLoggedOut, type Me } from "../api/client.ts";
import { PRESENT_MS, session } from "./session.svelte.ts";

const me = (change: Partial<Me> = {}): Me => ({
  user: "operator-1", roles: ["operator"], rights: ["look", "act"], rooms: ["amstelveen"], language: "nl",
  session_until: "2999-01-01T12:00:00.000Z", acting_until: "2999-01-01T00:30:00.000Z", login: "local", must_change: false, ...change,
});
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
const problem = (status: number, code: string): Response => json({ title: "x", status, code }, status);
let answers: Response[] = [];
let asked: string[] = [];
const assign = vi.fn();

beforeEach(() => {
  [answers, asked] = [[], []];
  assign.mockClear();
  vi.stubGlobal("location", { assign, pathname: "/" });
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    asked.push(`${init.method} ${address.split("?")[0]}`);
    return answers.shift() ?? problem(503, "not_ready");
  });
  onLoggedOut(session.again);
  session.me = me();
  session.ways = { local: true, openid: false, organisation: "" };
  session.ask = null;
});
afterEach(() => {
  session.dismiss();
  vi.unstubAllGlobals();
});
const soon = (): Promise<void> => new Promise((done) => setTimeout(done));

describe("an action in a session that ended", () => {
  it("is kept, and goes out after the same person logged in", async () => {
    answers = [problem(401, "not_logged_in"), json(me()), json({})];
    const request = api.post("/api/v1/rooms/{room}/actions", {} as never, { room: "room" });
    await soon();
    expect([session.ask, session.kept]).toEqual(["session_ended", 1]);
    await session.login("operator-1", "secret");
    await request;
    expect([session.ask, session.kept]).toEqual([null, 0]);
    expect(asked).toEqual(["POST /api/v1/rooms/room/actions", "POST /api/v1/session", "POST /api/v1/rooms/room/actions"]);
  });
  it("is counted, and what is only read is not: it is no action", async () => {
    answers = [problem(401, "not_logged_in"), json(me()), json({ rooms: [] })];
    const request = api.get("/api/v1/rooms");
    await soon();
    expect([session.ask, session.kept]).toEqual(["session_ended", 0]);
    await session.login("operator-1", "secret");
    await request;
  });

  it("is not done in the name of another", async () => {
    answers = [problem(401, "acting_ended"), json(me({ user: "operator-2" }))];
    const request = api.get("/api/v1/rooms").catch((error: unknown) => error);
    await soon();
    expect(session.ask).toBe("acting_ended");
    await session.login("operator-2", "secret");
    expect(await request).toMatchObject({ status: 401 });
    expect(asked).toHaveLength(2);
    expect(assign).toHaveBeenCalledWith("/");
  });

  it("is not done when the dialog is closed", async () => {
    answers = [problem(401, "acting_ended")];
    const request = api.get("/api/v1/rooms").catch((error: unknown) => error);
    await soon();
    session.dismiss();
    expect(await request).toMatchObject({ code: "acting_ended" });
    expect(session.me?.user).toBe("operator-1");
  });

  it("stays kept when the password is wrong", async () => {
    answers = [problem(401, "acting_ended"), problem(401, "wrong_login")];
    void api.post("/api/v1/rooms/{room}/actions", {} as never, { room: "room" }).catch(() => undefined);
    await soon();
    await expect(session.login("operator-1", "wrong")).rejects.toMatchObject({ code: "wrong_login" });
    expect([session.ask, session.kept]).toEqual(["acting_ended", 1]);
  });
});

describe("a person at the keys", () => {
  it("is told to the server once a minute at most, and not when acting ended already", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    answers = [json(me()), json(me({ acting_until: "2020-01-01T00:00:00.000Z" }))];
    const pass = (ms: number): unknown => vi.advanceTimersByTime(ms);
    pass(PRESENT_MS);
    session.present();
    session.present();
    await vi.waitFor(() => expect(asked).toEqual(["PUT /api/v1/session"]));
    pass(PRESENT_MS);
    session.present();
    await vi.waitFor(() => expect(session.me?.acting_until).toBe("2020-01-01T00:00:00.000Z"));
    pass(PRESENT_MS);
    session.present();
    expect(asked).toHaveLength(2);
    vi.useRealTimers();
  });
});

describe("changing a password", () => {
  it("says that the old one is wrong, and opens no login", async () => {
    answers = [problem(401, "wrong_password")];
    await expect(session.changePassword("old", "a new password")).rejects.toMatchObject({ code: "wrong_password" });
    expect(session.ask).toBeNull();
  });
});

describe("looking who is logged in", () => {
  it("opens the dialog over the list when the session ended, and says nobody where nobody ever was", async () => {
    answers = [problem(401, "not_logged_in"), problem(401, "not_logged_in")];
    await session.look();
    expect([session.ask, session.me?.user]).toEqual(["session_ended", "operator-1"]);
    session.dismiss();
    session.me = undefined;
    await session.look();
    expect([session.ask, session.me]).toEqual([null, null]);
  });

  it("changes nothing when the server does not answer", async () => {
    await expect(session.look()).rejects.toMatchObject({ status: 503 });
    expect([session.ask, session.me?.user]).toEqual([null, "operator-1"]);
  });

  it("answers the question of who is still there only when that was answered elsewhere", async () => {
    session.ask = "acting_ended";
    answers = [json(me({ acting_until: "2020-01-01T00:00:00.000Z" })), json(me())];
    await session.look();
    expect(session.ask).toBe("acting_ended");
    await session.look();
    expect(session.ask).toBeNull();
  });

  it("leaves the page when somebody else logged in elsewhere", async () => {
    answers = [json(me({ user: "operator-2" }))];
    await session.look();
    expect(assign).toHaveBeenCalledWith("/");
  });
});
