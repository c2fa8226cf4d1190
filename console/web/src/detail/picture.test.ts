import { describe, expect, it } from "vitest";
import type { Schemas } from "../api/client.ts";
import { rowOf } from "../testing/rows.ts";
import { answered, asked, broken, byItself, failed, NO_PICTURE, PATIENCE_MS } from "./picture.ts";

const answer = (more: Partial<Schemas["PictureAnswer"]> = {}): Schemas["PictureAnswer"] => ({
  request_id: "r1", camera_id: "c1", state: "there", asked_at: "2026-11-29T03:00:00.000Z", captured_at: "2026-11-29T02:59:30.000Z", width_px: 640, height_px: 360, pixelated: true, refused: "", code: "", ...more,
});
const pending = asked("r1", "c1", "a", 0);

describe("a picture", () => {
  it("is pending, then there with the second that it shows", () => {
    expect(answered(pending, answer({ state: "pending" }), 900)).toBe(pending);
    expect(answered(pending, answer(), 900)).toMatchObject({ state: "there", alert: "a", at: "2026-11-29T02:59:30.000Z" });
  });
  it("that was refused says why", () => expect(answered(pending, answer({ state: "refused", refused: "camera is uit" }), 9)).toMatchObject({ state: "refused", why: "camera is uit" }));
  it("that does not come is late", () => expect(answered(pending, answer({ state: "pending" }), PATIENCE_MS)).toMatchObject({ state: "late" }));
  it("takes no answer to an earlier request: never the previous picture", () => {
    const newer = asked("r2", "c2", "b", 100);
    expect(answered(newer, answer(), 200)).toBe(newer);
    expect(failed(newer, "r1", "weg")).toBe(newer);
    expect(answered(NO_PICTURE, answer(), 200)).toBe(NO_PICTURE);
  });
  it("that is no image is none", () => {
    expect(broken(answered(pending, answer(), 9))).toMatchObject({ state: "no_image" });
    expect(broken(pending)).toBe(pending);
  });
});

describe("asking by itself", () => {
  const detail = (more: Partial<Schemas["Detail"]>): Schemas["Detail"] => ({ row: rowOf({ id: "a", priority: "P1" }), best_camera: "c1", ...more }) as Schemas["Detail"];
  it("is for a P1 on the list that a camera covers, where it is allowed, once", () => {
    expect(byItself(detail({}), true, new Set())).toBe(true);
    expect(byItself(detail({}), false, new Set())).toBe(false);
    expect(byItself(detail({}), true, new Set(["a"]))).toBe(false);
    expect(byItself(detail({ best_camera: null }), true, new Set())).toBe(false);
    expect(byItself(detail({ row: rowOf({ id: "a", priority: "P2" }) }), true, new Set())).toBe(false);
    expect(byItself(detail({ row: rowOf({ id: "a", priority: "P1", listed: false, state: "closed" }) }), true, new Set())).toBe(false);
  });
});
