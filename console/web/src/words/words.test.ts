import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import document from "../../../openapi.json";
import { en } from "./en.ts";
import { nl } from "./nl.ts";
import { dateTime, lasts, speak, t, time, timeS, unknown, word, type Text } from "./words.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-29T03:12:31Z") }));
afterEach(() => {
  speak("nl");
  vi.useRealTimers();
});

const names = (text: Text): string[] =>
  [...new Set((typeof text === "string" ? [text] : [text.one, text.other]).flatMap((each) => each.match(/\{\w+\}/g) ?? []))].sort();
const texts = Object.entries(nl) as [keyof typeof nl, Text][];

describe("the two catalogues", () => {
  it("have the same keys, and the same values in each text", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(nl).sort());
    for (const [key, text] of texts) expect([key, names((en as Record<string, Text>)[key] as Text)]).toEqual([key, names(text)]);
  });

  it("have no empty text, and none that is the same where the languages differ", () => {
    for (const [key, text] of texts) {
      for (const each of typeof text === "string" ? [text] : [text.one, text.other]) expect([key, each.trim()]).toEqual([key, each]);
    }
  });

  it("have a word for each code of the API's schemas", () => {
    const schemas = document.components.schemas as unknown as Record<string, { enum?: string[]; properties?: Record<string, { enum?: string[] }> }>;
    const codes: [string, string[] | undefined][] = [
      ["state.", schemas["AlertState"]?.enum],
      ["category.", schemas["Category"]?.enum],
      ["verdict.", schemas["Verdict"]?.enum],
      ["camera.", schemas["CameraNow"]?.properties?.["state"]?.enum],
    ];
    for (const [prefix, all] of codes) {
      expect(all?.length).toBeGreaterThan(2);
      for (const code of all ?? []) expect(Object.keys(nl)).toContain(prefix + code);
    }
  });
});

describe("words", () => {
  it("fill values in, with numbers as the language writes them", () => {
    expect(t("strip.hour", { n: 12_400, budget: 6 })).toBe("afgelopen uur 12.400 van 6");
    speak("en");
    expect(t("strip.hour", { n: 12_400, budget: 6 })).toBe("last hour 12,400 of 6");
  });

  it("choose the form of a count", () => {
    expect(t("back", { time: "04:12:31", n: 1 })).toBe("Weer actueel sinds 04:12:31. 1 melding is bijgewerkt.");
    expect(t("back", { time: "04:12:31", n: 0 })).toBe("Weer actueel sinds 04:12:31. 0 meldingen zijn bijgewerkt.");
  });

  it("leave text as text, whatever stands in it", () => {
    expect(t("title.calm", { room: "<b>{n}</b>" })).toBe("<b>{n}</b> – Toezicht");
  });

  it("show a code without a word as it is, and count it", () => {
    unknown.clear();
    expect(word("state.", "of_tomorrow")).toBe("of_tomorrow");
    word("state.", "of_tomorrow");
    expect(unknown.get("state.of_tomorrow")).toBe(2);
    expect(word("state.", "new")).toBe("nieuw");
  });
});

describe("times", () => {
  it("are those of Amsterdam, in winter and in summer", () => {
    expect(timeS("2026-11-29T03:12:31.000Z")).toBe("04:12:31");
    expect(time("2026-07-01T03:12:31.000Z")).toBe("05:12");
    expect(time("2026-11-28T23:12:31.000Z")).toBe("00:12");
    expect(dateTime("2026-11-29T03:12:00.000Z")).toBe("29 nov, 04:12");
  });

  it("show what is no time as it is", () => {
    expect(time("soon")).toBe("soon");
  });

  it("say how long something lasts", () => {
    expect([0, 59, 60, 3_599, 3_900, 90_000, -4].map(lasts)).toEqual(["0 s", "59 s", "1 min", "59 min", "1 u 05", "1 d", "0 s"]);
  });
});

it("tells the year of a moment that lies in another one", () => {
  expect(dateTime("2026-06-01T02:12:00Z")).not.toContain("2026");
  expect(dateTime("2099-06-01T02:12:00Z")).toContain("2099");
});
