/** Join: a window's way to the stream of its room: through the shared worker, or a hub of its own where there is none. */

import { addressOf } from "../api/client.ts";
import { Hub, type FromWindow, type ToWindow } from "./hub.ts";
import { soon } from "./soon.ts";

/** After how many of its own seconds without a word a window gives the worker up. Counted, not measured: a window that slept
 * finds what the worker said meanwhile still waiting. */
export const WORKER_SILENT_TICKS = 6;

export type Joined = { say(message: FromWindow): void; leave(): void };
type End = { postMessage(message: FromWindow): void; close(): void };

function ofWorker(hear: (message: ToWindow) => void): End | null {
  try {
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "toezicht" });
    worker.port.onmessage = (event: MessageEvent<ToWindow>) => hear(event.data);
    return worker.port;
  } catch {
    return null; // no shared workers here, or the browser forbids them
  }
}

function ofOwn(hear: (message: ToWindow) => void): End {
  const hub = new Hub({ open: (address) => new EventSource(address), steady: () => performance.now(), random: Math.random, soon });
  const port = { postMessage: hear };
  const timer = setInterval(() => hub.tick(), 1_000);
  return {
    postMessage: (message) => hub.hear(port, message),
    close: () => {
      clearInterval(timer);
      hub.hear(port, { say: "leave" });
    },
  };
}

/** Join the stream of a room. `hear` is told what comes; `rejoined` that a new stream began, for which the list is loaded anew. */
export function join(room: string, lang: string, hear: (message: ToWindow) => void, rejoined: () => void): Joined {
  const address = addressOf("/api/v1/rooms/{room}/stream", { room });
  const hello: FromWindow = { say: "join", room, lang, address };
  let silent = 0;
  const heard = (message: ToWindow): void => {
    silent = 0;
    if (message.tell === "tick") end.postMessage({ say: "here" });
    hear(message);
  };
  const shared = ofWorker(heard);
  let end: End = shared ?? ofOwn(heard);
  const watch = setInterval(() => {
    silent += 1;
    if (silent <= WORKER_SILENT_TICKS || end !== shared) return;
    shared.close();
    end = ofOwn(heard);
    end.postMessage(hello);
    rejoined();
  }, 1_000);
  const hidden = (): void => end.postMessage({ say: "leave" });
  const shown = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    end.postMessage(hello);
    rejoined();
  };
  const online = (): void => end.postMessage({ say: "again" });
  addEventListener("pagehide", hidden);
  addEventListener("pageshow", shown);
  addEventListener("online", online);
  end.postMessage(hello);
  return {
    say: (message) => end.postMessage(message),
    leave: () => {
      clearInterval(watch);
      removeEventListener("pagehide", hidden);
      removeEventListener("pageshow", shown);
      removeEventListener("online", online);
      end.postMessage({ say: "leave" });
      end.close();
    },
  };
}
