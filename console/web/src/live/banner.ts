/** Banner: what the page says of itself, in words: the worst thing, and all others behind "+2". */

import { lasts, t, timeS, time, word } from "../words/words.ts";
import type { Fault } from "./faults.ts";

/** Return the sentence of a fault at a moment of the server's time (ms). */
export function faultWords(fault: Fault, now: number): string {
  const { since } = fault;
  switch (fault.kind) {
    case "connection":
      return since === null
        ? t("stale.connection_never")
        : t("stale.connection", { time: timeS(since), age: lasts((now - since) / 1_000) });
    case "reading":
      return since === null ? t("stale.reading_never") : t("stale.reading", { time: timeS(since) });
    case "ticks":
      return since === null ? t("stale.ticks_never") : t("stale.ticks", { time: timeS(since) });
    case "stage":
      return stageWords(fault.stage ?? "", since);
    case "canary":
      return since === null ? t("stale.canary_never") : t("stale.canary", { time: time(since) });
    case "unreadable":
      return t("unreadable", { n: fault.number ?? 0, time: time(since ?? now) });
    case "audit":
      return since === null ? t("stale.audit_never") : t("stale.audit", { time: timeS(since) });
    case "sound":
      return t("sound.off");
    case "session":
      return t("session.end", { time: time(since ?? now) });
    case "clock": {
      const span = lasts(Math.abs(fault.number ?? 0) / 1_000);
      return (fault.number ?? 0) > 0 ? t("clock.ahead", { span }) : t("clock.behind", { span });
    }
    case "cameras":
      return t("cameras.blind", { n: fault.number ?? 0, total: fault.total ?? 0 });
  }
}

function stageWords(stage: string, since: number | null): string {
  const name = word("stage.", stage);
  const what = name === stage ? t("lacks.other") : word("lacks.", stage);
  return since === null ? t("stale.stage_never", { stage: name, what }) : t("stale.stage", { stage: name, time: timeS(since), what });
}
