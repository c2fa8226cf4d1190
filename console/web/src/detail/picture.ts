/** Picture: one picture that was asked of a camera, from the request to the image or the reason why there is none. Pure. */
import type { Schemas } from "../api/client.ts";

/** How long the page asks whether it came, and how often (ms). */
export const PATIENCE_MS = 30_000;
export const EVERY_MS = 700;
/** How long an alert is on the screen before the page asks for its picture by itself: not for one that is only passed by. */
export const LOOKED_AT_MS = 800;

export type Picture =
  | { readonly state: "none" }
  | { readonly state: "pending"; readonly request: string; readonly camera: string; readonly alert: string; readonly since: number }
  | { readonly state: "there"; readonly request: string; readonly camera: string; readonly alert: string; readonly at: string | null }
  | { readonly state: "refused"; readonly camera: string; readonly alert: string; readonly why: string }
  | { readonly state: "late" | "no_image"; readonly camera: string; readonly alert: string };

export const NO_PICTURE: Picture = { state: "none" };

export function asked(request: string, camera: string, alert: string, now: number): Picture {
  return { state: "pending", request, camera, alert, since: now };
}

/** Return the picture after an answer; one to another request than the newest changes nothing. */
export function answered(picture: Picture, answer: Schemas["PictureAnswer"], now: number): Picture {
  if (picture.state !== "pending" || answer.request_id !== picture.request) return picture;
  const { request, camera, alert } = picture;
  switch (answer.state) {
    case "there":
      return { state: "there", request, camera, alert, at: answer.captured_at };
    case "refused":
      return { state: "refused", camera, alert, why: answer.refused };
    case "pending":
      return now - picture.since >= PATIENCE_MS ? { state: "late", camera, alert } : picture;
  }
}

/** Return the picture after its request failed altogether. */
export function failed(picture: Picture, request: string, why: string): Picture {
  if (picture.state !== "pending" || picture.request !== request) return picture;
  return { state: "refused", camera: picture.camera, alert: picture.alert, why };
}

/** Return the picture after the browser could not show what came. */
export function broken(picture: Picture): Picture {
  return picture.state === "there" ? { state: "no_image", camera: picture.camera, alert: picture.alert } : picture;
}

/** Return whether the page asks for a picture by itself: of a new P1 that a camera covers, once, where the room's rules allow it. */
export function byItself(detail: Schemas["Detail"], allowed: boolean, before: ReadonlySet<string>): boolean {
  return allowed && detail.row.priority === "P1" && detail.row.listed && detail.best_camera !== null && !before.has(detail.row.id);
}
