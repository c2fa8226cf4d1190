import { describe, expect, it } from "vitest";
import { confirmed, free, next, proposed, type Partner } from "./dispatch.ts";

const partner = (id: string, asked = ""): Partner => ({ id, name: id.toUpperCase(), asked });
const ALL = [partner("brandweer", "gevraagd"), partner("politie"), partner("ambulance")];

describe("whom a person asks", () => {
  it("proposes the first that nobody waits for", () => {
    expect(proposed(ALL)).toEqual(["politie"]);
    expect(proposed([])).toEqual([]);
    expect(proposed([partner("politie", "onderweg")])).toEqual([]);
    expect(free(ALL).map((each) => each.id)).toEqual(["politie", "ambulance"]);
  });

  it("names who is next, without those that are chosen or asked", () => {
    expect(next(ALL, new Set(["politie"])).map((each) => each.id)).toEqual(["ambulance"]);
    expect(next(ALL, new Set(["politie", "ambulance"]))).toEqual([]);
  });

  it("confirms who was chosen, and the next only where the person allows it", () => {
    expect(confirmed(ALL, new Set(["politie"]), true)).toEqual({ recipients: ["politie"], escalate_to: ["ambulance"] });
    expect(confirmed(ALL, new Set(["politie"]), false)).toEqual({ recipients: ["politie"], escalate_to: [] });
    expect(confirmed(ALL, new Set(["brandweer"]), true).recipients).toEqual([]);
  });
});
