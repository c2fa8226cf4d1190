import { describe, expect, it } from "vitest";
import { askedOf, faultOf, madeUp, type Account, type Wanted } from "./account.ts";

const known: Account[] = [{ user: "Operator-1", roles: ["operator"], rooms: ["amstelveen"], enabled: true, must_change: false }];
const wanted = (change: Partial<Wanted> = {}): Wanted => ({ user: "operator-2", roles: ["operator"], rooms: ["amstelveen"], enabled: true, password: "correct horse", ...change });

describe("account", () => {
  it("says what is wrong, the first first", () => {
    expect(faultOf(wanted(), known, true)).toBeNull();
    expect(faultOf(wanted({ user: "met spatie", roles: [] }), known, true)).toBe("user");
    expect(faultOf(wanted({ user: "operator-1" }), known, true)).toBe("taken");
    expect(faultOf(wanted({ roles: [] }), known, true)).toBe("roles");
    expect(faultOf(wanted({ rooms: [] }), known, true)).toBe("rooms");
    expect(faultOf(wanted({ rooms: [], roles: ["administrator"] }), known, true)).toBeNull();
    expect(faultOf(wanted({ password: "too short" }), known, true)).toBe("password");
  });

  it("keeps its password where none is given, but a new one needs one", () => {
    expect(faultOf(wanted({ password: "" }), known, true)).toBe("password");
    expect(faultOf(wanted({ user: "Operator-1", password: "" }), known, false)).toBeNull();
    expect(askedOf(wanted({ password: "" }))).toEqual({ roles: ["operator"], rooms: ["amstelveen"], enabled: true });
    expect(askedOf(wanted()).password).toBe("correct horse");
  });
});

describe("a password that is made up", () => {
  it("has four groups of five, and is another each time", () => {
    const found = Array.from({ length: 50 }, () => madeUp());
    for (const each of found) expect(each).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    expect(new Set(found).size).toBe(50);
  });

  it("takes no byte that would make some letters likelier", () => {
    let calls = 0;
    const password = madeUp((bytes) => bytes.fill((calls += 1) === 1 ? 255 : 0));
    expect([password, calls]).toEqual(["aaaaa-aaaaa-aaaaa-aaaaa", 2]);
  });
});
