/** Dispatch: whom a person asks to come, and who may be asked after them without another confirmation. */
import type { Schemas } from "../api/client.ts";

export type Partner = Schemas["PartnerChoice"];

/** Return the partners that can be asked: those that nobody waits for, in the order of the rules. */
export function free(partners: readonly Partner[]): Partner[] {
  return partners.filter((each) => each.asked === "");
}

/** Return whom the dialog proposes: the first that can be asked. */
export function proposed(partners: readonly Partner[]): string[] {
  return free(partners).slice(0, 1).map((each) => each.id);
}

/** Return who is asked next, in this order, where those that are chosen do not come. */
export function next(partners: readonly Partner[], chosen: ReadonlySet<string>): Partner[] {
  return free(partners).filter((each) => !chosen.has(each.id));
}

/** Return what the confirmation says: nobody is in it whom the person did not see, and nobody that was asked meanwhile. */
export function confirmed(partners: readonly Partner[], chosen: ReadonlySet<string>, escalates: boolean): { recipients: string[]; escalate_to: string[] } {
  const recipients = free(partners).filter((each) => chosen.has(each.id)).map((each) => each.id);
  return { recipients, escalate_to: escalates ? next(partners, chosen).map((each) => each.id) : [] };
}
