/** Join: a window's way to the stream of its room: through the shared worker, or a hub of its own where there is none. */

import { addressOf } from "../api/client.ts";
import { Hub, type FromWindow, type ToWindow } from "./hub.ts";
import { soon } from "./soon.ts";

/** After how many of its own seconds without a word a window gives a worker up. Counted, not measured: a window that slept finds
 * what the worker said meanwhile still waiting. */
export const SILENT_TICKS = 6;
/** How many workers are tried, each under a name of its own, before a window holds a stream by itself. All windows count alike,
 * and so meet in the next one. */
export const WORKERS = 3;

export type Joined = { say(message: FromWindow): void; leave(): void };
type End = { postMessage(message: FromWindow): void; close(): void };
type Hear = (message: ToWindow) => void;

function ofWorker(number: number, hear: Hear): End | null {
  try {
    const name = `toezicht-${number}`;
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name });
    worker.port.onmessage = (event: MessageEvent<ToWindow>) => hear(event.data);
    return worker.port;
  } catch {
    return null; // no shared workers here, or the browser forbids them
  }
}

function ofOwn(hear: Hear): End {
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

/** Join the stream of a room. `hear` is told what comes; `rejoined` that something may have been missed: load the list anew. */
export function join(room: string, lang: string, hear: Hear, rejoined: () => void): Joined {
  const hello: FromWindow = { say: "join", room, lang, address: addressOf("/api/v1/rooms/{room}/stream", { room }) };
  let workers = 0;
  let silent = 0;
  let end: End | null = null;

  const connect = (): void => {
    end?.close();
    silent = 0;
    workers += 1;
    const mine = workers;
    const heard: Hear = (message) => {
      if (mine !== workers) return; // a worker that was given up
      silent = 0;
      if (message.tell === "tick") end?.postMessage({ say: "here" });
      if (message.tell === "gone") again();
      else hear(message);
    };
    end = (workers <= WORKERS ? ofWorker(workers, heard) : null) ?? ofOwn(heard);
    end.postMessage(hello);
  };
  const again = (): void => {
    end?.postMessage(hello);
    rejoined();
  };
  const watch = setInterval(() => {
    silent += 1;
    if (silent <= SILENT_TICKS) return;
    connect();
    rejoined();
  }, 1_000);
  const hidden = (): void => end?.postMessage({ say: "leave" });
  const shown = (event: PageTransitionEvent): void => {
    if (event.persisted) again();
  };
  const online = (): void => end?.postMessage({ say: "again" });
  addEventListener("pagehide", hidden);
  addEventListener("pageshow", shown);
  addEventListener("online", online);
  connect();
  return {
    say: (message) => end?.postMessage(message),
    leave: () => {
      clearInterval(watch);
      removeEventListener("pagehide", hidden);
      removeEventListener("pageshow", shown);
      removeEventListener("online", online);
      end?.postMessage({ say: "leave" });
      end?.close();
    },
  };
}
