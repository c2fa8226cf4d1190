import { beforeEach, describe, expect, it } from "vitest";
import { rowOf } from "../testing/rows.ts";
import { speak } from "../words/words.ts";
import { titleOf } from "./title.ts";

beforeEach(() => speak("nl"));

describe("title", () => {
  it("tells the newest P1 that nobody has, and how many there are", () => {
    const rows = [
      rowOf({ id: "a", priority: "P1", what: "Brand", opened_at: "2026-11-29T03:00:00.000Z" }),
      rowOf({ id: "b", priority: "P1", what: "Straatroof", opened_at: "2026-11-29T03:01:00.000Z" }),
    ];
    expect(titleOf(rows, false, "Amstelveen")).toBe("(2!) P1 Straatroof – Toezicht");
    expect(titleOf(rows, true, "Amstelveen")).toBe("(2!) P1 Straatroof – niet actueel – Toezicht");
  });

  it("tells the room, or that the picture is old", () => {
    expect(titleOf([], false, "Amstelveen")).toBe("Amstelveen – Toezicht");
    expect(titleOf([], true, "Amstelveen")).toBe("Niet actueel – Toezicht");
  });
});
