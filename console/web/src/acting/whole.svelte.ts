/** Whole: the whole alert that a dialog needs, asked for when it opens. */
import { api, type Schemas } from "../api/client.ts";
import { live } from "../live/use.svelte.ts";
import { problemWords } from "./acting.svelte.ts";

export class Whole {
  detail = $state.raw<Schemas["Detail"] | null>(null);
  fault = $state("");

  constructor(id: string) {
    api.get("/api/v1/rooms/{room}/alerts/{alert_id}", { room: live.room, alert_id: id, query: { reread: true } }).then(
      (detail) => (this.detail = detail),
      (error: unknown) => (this.fault = problemWords(error)),
    );
  }
}
