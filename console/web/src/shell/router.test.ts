import { describe, expect, it } from "vitest";
import { PATHS, pathOf, routeOf, type Name } from "./router.svelte.ts";

describe("addresses", () => {
  it("lead to their page and back", () => {
    for (const name of Object.keys(PATHS) as Name[]) expect(routeOf(pathOf(name, "alert 1/ü")).name).toBe(name);
  });

  it("carry the id of an alert, whatever stands in it", () => {
    expect(routeOf(pathOf("alert", "a/b %ü")).id).toBe("a/b %ü");
    expect(routeOf("/melding/%E0%A4%A").id).toBe("%E0%A4%A");
  });

  it("lead to the work page when they are not known", () => {
    expect(routeOf("/nergens").name).toBe("work");
    expect(routeOf("/melding/").name).toBe("work");
    expect(routeOf("/kaart/").name).toBe("map");
  });
});
