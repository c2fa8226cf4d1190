/** Soon: after what waits already, in a task of its own; a message is not clamped to 4 ms as a time-out is. */

const channel = new MessageChannel();
let waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  const now = waiting;
  waiting = [];
  for (const then of now) then();
};

export function soon(then: () => void): void {
  waiting.push(then);
  if (waiting.length === 1) channel.port2.postMessage(null);
}

/** Give the browser a turn. */
export const nextTask = (): Promise<void> => new Promise(soon);
