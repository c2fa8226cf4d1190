/** NDJSON: lines of JSON as they come, parsed some hundreds per task, so that a key press never waits for a long list. */

import { nextTask } from "../live/soon.ts";

export const ROWS_PER_TASK = 500;

/** Yield the values of a stream of lines, at most `perTask` at a time.
 *
 * @throws SyntaxError where a line is no JSON; what came before it was yielded. */
export async function* ndjson<T>(body: ReadableStream<Uint8Array>, perTask = ROWS_PER_TASK): AsyncGenerator<T[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (let end = false; !end; ) {
      const { done, value } = await reader.read();
      end = done;
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split("\n");
      rest = done ? "" : (lines.pop() ?? "");
      for (let from = 0; from < lines.length; from += perTask) {
        const some = lines.slice(from, from + perTask).filter((line) => line !== "");
        if (some.length === 0) continue;
        yield some.map((line) => JSON.parse(line) as T);
        await nextTask(); // what waits already in the reader would come within the same task
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
