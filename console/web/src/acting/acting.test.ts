import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../live/store.ts";
import { live } from "../live/use.svelte.ts";
import { session } from "../shell/session.svelte.ts";
import { rowOf } from "../testing/rows.ts";
import { acting } from "./acting.svelte.ts";

type Sent = { address: string; body: { action: string; alert_id: string; seen_revision: number; action_id: string } | null };
let sent: Sent[] = [];
const json = (body: unknown): Response => new Response(JSON.stringify(body), { status: 200 });
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
/** A room whose list has one alert, or none. */
function show(room: string, ...ids: string[]): void {
  const store = new Store(() => undefined);
  ids.forEach((id, at) => store.take({ name: "alert", id: `${at + 1}.0`, data: rowOf({ id, offset: at + 1, revision: 3 }) }));
  live.show(room, store);
}

beforeEach(() => {
  sent = [];
  session.me = {
    user: "operator-1", roles: ["operator"], rights: ["look", "act"], rooms: ["one", "two"], language: "nl", login: "local", must_change: false,
    session_until: "2999-01-01T12:00:00.000Z", acting_until: "2999-01-01T00:30:00.000Z",
  };
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    const body = init.method === "POST" ? (JSON.parse(String(init.body)) as Sent["body"]) : null;
    sent.push({ address: address.split("?")[0] as string, body });
    if (body === null) return json({ row: rowOf({ id: "alert-1", revision: 7 }) });
    return json({ action_id: body.action_id, alert_id: body.alert_id, state: "done", offset: 1, refused: "", code: "", values: {} });
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("what is taken back", () => {
  it("is asked for in the room that it was done in, also while another one is shown", async () => {
    show("one", "alert-1");
    acting.act("acknowledge", acting.seen(["alert-1"]));
    await soon();
    show("two");
    expect(acting.canUndo).toBe(true);
    acting.undo();
    await soon();
    expect(sent.map(({ address, body }) => [address, body?.action, body?.seen_revision])).toEqual([
      ["/api/v1/rooms/one/actions", "acknowledge", 3],
      ["/api/v1/rooms/one/alerts/alert-1", undefined, undefined],
      ["/api/v1/rooms/one/actions", "release", 7],
    ]);
  });

  it("needs no question where its room is shown", async () => {
    show("one", "alert-1");
    acting.act("acknowledge", acting.seen(["alert-1"]));
    await soon();
    acting.undo();
    await soon();
    expect(sent.map(({ address, body }) => [address, body?.action])).toEqual([
      ["/api/v1/rooms/one/actions", "acknowledge"],
      ["/api/v1/rooms/one/actions", "release"],
    ]);
  });
});
