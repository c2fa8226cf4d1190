import { describe, expect, it } from "vitest";
import leaflet from "leaflet/dist/leaflet-src.js?raw";
import { knownMarkup, ownScript } from "./trusted.ts";

describe("trusted types", () => {
  it("let through what Leaflet writes letter by letter, and no other markup", () => {
    expect(knownMarkup("<svg/>")).toBe("<svg/>");
    for (const markup of ["<svg/> ", "<img src=x onerror=alert(1)>", " "]) expect(() => knownMarkup(markup)).toThrow(TypeError);
  });

  it("know what this version of Leaflet writes when it is loaded and for its buttons", () => {
    for (const markup of ["'<svg/>'", "'<v:shape adj=\"1\"/>'", '<span aria-hidden="true">+</span>', '<span aria-hidden="true">&#x2212;</span>']) {
      expect(leaflet).toContain(markup);
    }
  });

  it("let through scripts of this console alone", () => {
    const origin = "https://toezicht.example";
    expect(ownScript("/assets/worker-1.js", origin)).toBe("/assets/worker-1.js");
    expect(ownScript(`${origin}/assets/worker-1.js`, origin)).toBeTruthy();
    for (const address of ["https://elsewhere.example/assets/x.js", "/api/v1/x.js", "data:text/javascript,1", "//elsewhere.example/assets/x.js", "/assets/../api/x.js"]) {
      expect(() => ownScript(address, origin)).toThrow(TypeError);
    }
  });
});
