/** Account: what an administrator wants of a local account, and a first password that nobody has to invent. Pure but for chance. */

import type { Schemas } from "../../api/client.ts";

export type Account = Schemas["Account"];
export type Asked = Schemas["AccountAsked"];
export type Role = Schemas["Role"];

export const ROLES: readonly Role[] = ["viewer", "operator", "supervisor", "auditor", "administrator"];
export const PASSWORD_LEAST = 12;
const USER = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/;

export interface Wanted {
  readonly user: string;
  readonly roles: readonly Role[];
  readonly rooms: readonly string[];
  readonly enabled: boolean;
  readonly password: string;
}
export type Fault = "user" | "taken" | "roles" | "rooms" | "password";

/** Return what is wrong with it, the first first; a new account needs a password, an old one keeps its own. */
export function faultOf(wanted: Wanted, known: readonly Account[], isNew: boolean): Fault | null {
  if (isNew && !USER.test(wanted.user)) return "user";
  if (isNew && known.some((each) => each.user.toLowerCase() === wanted.user.toLowerCase())) return "taken";
  if (wanted.roles.length === 0) return "roles";
  if (wanted.rooms.length === 0 && wanted.roles.some((role) => role !== "administrator" && role !== "auditor")) return "rooms";
  if ((isNew || wanted.password !== "") && wanted.password.length < PASSWORD_LEAST) return "password";
  return null;
}

/** Return what is asked of the server. */
export function askedOf(wanted: Wanted): Asked {
  const { roles, rooms, enabled, password } = wanted;
  return { roles: [...roles], rooms: [...rooms], enabled, ...(password === "" ? {} : { password }) };
}

/** Characters that are not taken for each other when they are read from paper. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
/** Return a password of four groups of five, 99 bits. */
export function madeUp(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  const found: string[] = [];
  while (found.length < 20) {
    for (const byte of random(new Uint8Array(32))) {
      if (byte < 248 && found.length < 20) found.push(LETTERS.charAt(byte % LETTERS.length)); // 248 = 8 × 31: none comes more often
    }
  }
  return [0, 5, 10, 15].map((at) => found.slice(at, at + 5).join("")).join("-");
}
