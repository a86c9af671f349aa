import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Writes `parts`, one after the other, into one new file; half of it would pass for a file with wrong bytes. */
export async function concatenate(parts: readonly string[], path: string): Promise<void> {
  try {
    await pipeline(async function* read() {
      for (const part of parts) yield* createReadStream(part, { highWaterMark: 1 << 20 });
    }, createWriteStream(path));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
