/** Pictures: asks for the picture of an alert, and whether it came. A picture is shown with its own alert only. */
import { untrack } from "svelte";
import { problemWords } from "../acting/acting.svelte.ts";
import { api, type Schemas } from "../api/client.ts";
import { live } from "../live/use.svelte.ts";
import { session } from "../shell/session.svelte.ts";
import { answered, asked, broken, byItself, EVERY_MS, failed, NO_PICTURE, type Picture } from "./picture.ts";

class Pictures {
  #picture = $state.raw<Picture>(NO_PICTURE);
  #before = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The picture of an alert: never that of another. */
  of(alert: string): Picture {
    const picture = this.#picture;
    return picture.state !== "none" && picture.alert === alert ? picture : NO_PICTURE;
  }

  get allowed(): boolean {
    return session.may("snapshot");
  }

  /** Ask by itself, where that is due. */
  consider(detail: Schemas["Detail"]): void {
    if (byItself(detail, this.allowed && live.info?.picture_by_itself === true, this.#before)) this.ask(detail, detail.best_camera, true);
  }

  /** Ask a camera for a picture: of the reported second where one is known. */
  ask(detail: Schemas["Detail"], camera: string | null, by_itself = false): void {
    if (camera === null) return;
    const [request, alert] = [crypto.randomUUID(), detail.row.id];
    this.#before.add(alert);
    this.#picture = asked(request, camera, alert, performance.now());
    const body = { request_id: request, camera_id: camera, alert_id: alert, moment: detail.picture_at, unblurred: false, reason: "", by_itself };
    this.#follow(request, () => api.post("/api/v1/rooms/{room}/snapshots", body, { room: live.room }));
  }

  #follow(request: string, next: () => Promise<Schemas["PictureAnswer"]>): void {
    clearTimeout(this.#timer);
    next().then(
      (answer) => {
        this.#picture = answered(this.#picture, answer, performance.now());
        const picture = untrack(() => this.#picture);
        if (picture.state !== "pending" || picture.request !== request) return;
        this.#timer = setTimeout(() => this.#follow(request, () => api.get("/api/v1/snapshots/{request_id}", { request_id: request })), EVERY_MS);
      },
      (error: unknown) => (this.#picture = failed(this.#picture, request, problemWords(error))),
    );
  }

  /** What came is no image that the browser can show. */
  broke(): void {
    this.#picture = broken(this.#picture);
  }
}

export const pictures = new Pictures();
