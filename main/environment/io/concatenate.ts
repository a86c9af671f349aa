import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** Writes `parts`, one after the other, into one new file. */
export async function concatenate(parts: readonly string[], path: string): Promise<void> {
  await pipeline(async function* read() {
    for (const part of parts) yield* createReadStream(part, { highWaterMark: 1 << 20 });
  }, createWriteStream(path));
}
