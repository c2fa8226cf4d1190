import { describe, expect, it } from "vitest";
import { random } from "../testing/rows.ts";
import { ndjson, ROWS_PER_TASK } from "./ndjson.ts";

function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
async function all<T>(parts: AsyncIterable<T[]>): Promise<T[][]> {
  const found: T[][] = [];
  for await (const part of parts) found.push(part);
  return found;
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("ndjson", () => {
  it("gives the same rows wherever the bytes are cut, also within a letter", async () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({ id: `a${at}`, where: "Café ’t Hœkje 🚨" }));
    const text = bytes(rows.map((row) => JSON.stringify(row)).join("\n") + "\n");
    const chance = random(11);
    for (let round = 0; round < 100; round += 1) {
      const chunks: Uint8Array[] = [];
      for (let from = 0; from < text.length; ) {
        const size = 1 + Math.floor(chance() * 200);
        chunks.push(text.slice(from, from + size));
        from += size;
      }
      expect((await all(ndjson(streamOf(...chunks)))).flat()).toEqual(rows);
    }
  });

  it("gives at most 500 rows at a time", async () => {
    const text = Array.from({ length: 1_201 }, (_, at) => `${at}\n`).join("");
    expect((await all(ndjson<number>(streamOf(bytes(text))))).map((part) => part.length)).toEqual([ROWS_PER_TASK, ROWS_PER_TASK, 201]);
  });

  it("takes a last line without an end, and passes empty lines over", async () => {
    expect((await all(ndjson<number>(streamOf(bytes("1\n\n2"))))).flat()).toEqual([1, 2]);
    expect(await all(ndjson(streamOf()))).toEqual([]);
  });

  it("throws where a line is no JSON, after what came before", async () => {
    const found: number[] = [];
    const reading = (async () => {
      for await (const part of ndjson<number>(streamOf(bytes("1\n2\n"), bytes("{\n")))) found.push(...part);
    })();
    await expect(reading).rejects.toThrow(SyntaxError);
    expect(found).toEqual([1, 2]);
  });

  it("breaks off, or gives rows, on any bytes, and never hangs", async () => {
    const chance = random(5);
    for (let round = 0; round < 200; round += 1) {
      const noise = Uint8Array.from({ length: Math.floor(chance() * 300) }, () => Math.floor(chance() * 256));
      await all(ndjson(streamOf(noise))).catch((error: unknown) => expect(error).toBeInstanceOf(SyntaxError));
    }
  });
});
