import { beforeEach, describe, expect, it } from "vitest";
import { statusOf } from "../testing/rows.ts";
import { speak } from "../words/words.ts";
import { faultWords } from "./banner.ts";
import { faultsOf, isDoubtful, isOld, type Known } from "./faults.ts";

const NOW = Date.parse("2026-11-29T03:00:11.000Z");
const known = (change: Partial<Known> = {}): Known => ({
  now: NOW, statusAt: NOW - 1_000, begun: NOW - 60_000, status: statusOf(), soundRuns: true, skewMs: 0, skewLimitMs: 60_000,
  sessionUntil: null, ...change,
});
const kinds = (change: Partial<Known>): string[] => faultsOf(known(change)).map((each) => each.kind);
beforeEach(() => speak("nl"));

describe("faults", () => {
  it("are none when all is well", () => {
    expect(kinds({})).toEqual([]);
  });

  it("tell that no pulse came for 5 s, also when none ever came", () => {
    expect(kinds({ statusAt: NOW - 5_000 })).toEqual([]);
    expect(kinds({ statusAt: NOW - 5_001 })).toEqual(["connection"]);
    expect(kinds({ statusAt: null, status: null, begun: NOW - 4_000 })).toEqual([]);
    expect(kinds({ statusAt: null, status: null, begun: NOW - 6_000 })).toEqual(["connection"]);
  });

  it("tell that the room's time stands still for 15 s", () => {
    expect(kinds({ status: statusOf({ ticks_at: "2026-11-29T02:59:55.000Z" }) })).toEqual([]);
    expect(kinds({ status: statusOf({ ticks_at: "2026-11-29T02:59:54.000Z" }) })).toEqual(["ticks"]);
    expect(kinds({ status: statusOf({ ticks_at: null }) })).toEqual(["ticks"]);
  });

  it("tell each stage that is more than 10 s behind or stands still, the worst first", () => {
    const stage = (name: string, behind_s: number, stands_still = false) => ({ stage: name, newest_at: null, lag: 1, behind_s, stands_still });
    const found = faultsOf(known({ status: statusOf({ stages: [stage("locate", 10), stage("decide", 11), stage("observe", 90), stage("trends", 0, true)] }) }));
    expect(found.map((each) => each.stage)).toEqual(["observe", "decide", "trends"]);
  });

  it("tell that nobody records what people do, which makes no picture old", () => {
    const status = statusOf({ stages: [{ stage: "audit", newest_at: "2026-11-29T02:40:00.000Z", lag: 3, behind_s: 1_210, stands_still: true }] });
    const faults = faultsOf(known({ status }));
    expect(faults).toEqual([{ kind: "audit", since: Date.parse("2026-11-29T02:40:00.000Z"), stage: "audit" }]);
    expect([isOld(faults), isDoubtful(faults)]).toEqual([false, false]);
    expect(faultWords(faults[0]!, NOW)).toContain("Het vastleggen van handelingen staat stil sinds 03:40:00.");
  });

  it("tell how many alerts cannot be read and since when, which makes no picture old and an empty list doubtful", () => {
    const status = statusOf({ unreadable: { count: 2, since: "2026-11-29T01:02:00.000Z" } });
    const faults = faultsOf(known({ status }));
    expect(faults).toEqual([{ kind: "unreadable", since: Date.parse("2026-11-29T01:02:00.000Z"), number: 2 }]);
    expect([isOld(faults), isDoubtful(faults)]).toEqual([false, true]);
    expect([isDoubtful([]), isDoubtful(faultsOf(known({ status: statusOf({ reading: false }) })))]).toEqual([false, true]);
    expect(faultWords(faults[0]!, NOW)).toBe(
      "Van 2 meldingen is de nieuwste stand niet leesbaar, sinds 02:02. Zij kunnen in de lijst ontbreken, of er oud in staan.",
    );
  });

  it("stand in the order of their weight", () => {
    const all = kinds({
      statusAt: NOW - 9_000, soundRuns: false, skewMs: 3_480_000, sessionUntil: NOW + 60_000,
      status: statusOf({ reading: false, ticks_at: null, canary_late: true, cameras_able: 14, unreadable: { count: 1, since: "2026-11-29T02:00:00.000Z" }, stages: [{ stage: "decide", newest_at: null, lag: 9, behind_s: 40, stands_still: true }] }),
    });
    expect(all).toEqual(["connection", "reading", "ticks", "stage", "canary", "unreadable", "sound", "session", "clock", "cameras"]);
  });

  it("make a picture old only where alerts may be missing", () => {
    expect(isOld(faultsOf(known({ soundRuns: false, skewMs: 3_480_000, status: statusOf({ cameras_able: 2 }) })))).toBe(false);
    expect(isOld(faultsOf(known({ status: statusOf({ canary_late: true }) })))).toBe(true);
  });
});

describe("the banner's words", () => {
  it("say since when and what stands still", () => {
    expect(faultWords({ kind: "connection", since: NOW - 12_000 }, NOW)).toBe(
      "Niet actueel: dit is het beeld van 03:59:59 (12 s oud). De verbinding wordt hersteld. Bel bij spoed de meldkamer.",
    );
    expect(faultWords({ kind: "stage", stage: "decide", since: NOW }, NOW)).toBe(
      "Het maken van meldingen staat stil sinds 04:00:11: nieuwe meldingen ontbreken.",
    );
    expect(faultWords({ kind: "cameras", since: null, number: 1, total: 16 }, NOW)).toBe("1 van 16 camera's kan niet kijken.");
    expect(faultWords({ kind: "clock", since: null, number: 3_480_000 }, NOW)).toBe("De klok van deze computer loopt 58 min voor.");
    expect(faultWords({ kind: "clock", since: null, number: -7_200_000 }, NOW)).toBe("De klok van deze computer loopt 2 u 00 achter.");
  });

  it("show a stage that this page does not know as it is called", () => {
    expect(faultWords({ kind: "stage", stage: "of_tomorrow", since: null }, NOW)).toBe("of_tomorrow doet nog niets: nieuwe gegevens ontbreken.");
  });
});
