/** Worker: the one stream of a browser, shared by all its windows. Six connections to a host are all that a browser has over
 * HTTP/1.1: with a stream for each window the seventh loads nothing, and actions of the first hang. */

import { Hub, type FromWindow } from "./hub.ts";
import { soon } from "./soon.ts";

declare const self: SharedWorkerGlobalScope;

const hub = new Hub({
  open: (address) => new EventSource(address),
  steady: () => performance.now(),
  random: Math.random,
  soon,
});
self.onconnect = (event) => {
  for (const port of event.ports) {
    port.onmessage = (message: MessageEvent<FromWindow>) => hub.hear(port, message.data);
  }
};
setInterval(() => hub.tick(), 1_000);
