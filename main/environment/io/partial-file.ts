import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Part } from '../download-answer.ts';
import { digestText, type Digest } from '../download-digest.ts';
import { hexOf } from './verified-file.ts';

/** What is remembered beside the bytes. They are known by what they shall be, so that any source can go on with them. */
const recordSchema = z.object({
  digest: z.string(),
  bytes: z.number(),
  /** Bytes that were on the disk itself, not only given to the system: what a power cut leaves. */
  knownGoodBytes: z.number(),
  validator: z.object({ kind: z.enum(['etag', 'last-modified']), value: z.string(), url: z.string() }).nullable(),
});

/** Partial downloads, which outlive a restart of the app; each costs a person's time and traffic. */
const partialFolder = '.partial';
/** Who has not gone on with a download for so long has other plans for the disk. */
const expireAfterMs = 30 * 24 * 3_600_000;

/** How much may lie with the system only. A sync takes tens of milliseconds on a slow disk. */
const syncEveryBytes = 64 * 1024 ** 2;

/** A file on its way: its bytes so far, and where they came from. */
export interface PartialFile {
  readonly part: () => Part;
  /** Bytes that a power cut cannot have taken. */
  readonly knownGoodBytes: () => number;
  readonly append: (chunk: Buffer) => Promise<void>;
  /** Remembers what came so far, and of which state of the file it is. */
  readonly settle: (validator?: Part['validator']) => Promise<void>;
  /** Forgets everything after the first `bytes`. */
  readonly cutBackTo: (bytes: number) => Promise<void>;
  /** Whether what is here is the file that was wanted. */
  readonly isRight: () => Promise<boolean>;
  /** Its first bytes. */
  readonly first: (bytes: number) => Promise<Uint8Array>;
  /** Gives the whole file its place; it must be the right one. */
  readonly moveTo: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The file that `digest` names, as far as it came before. */
export async function openPartial(store: string, digest: Digest, bytes: number): Promise<PartialFile> {
  const folder = join(store, partialFolder);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${digest.hex}.part`);
  const recordPath = join(folder, `${digest.hex}.json`);
  const record = await readRecord(recordPath);
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  let size = (await handle.stat()).size;
  let validator: Part['validator'] = null;
  let knownGood = 0;
  if (record?.digest === digestText(digest) && size <= bytes) {
    validator = record.validator;
    knownGood = Math.min(record.knownGoodBytes, size);
  } else size = await shorten(handle, 0);

  async function settle(now: Part['validator'] = validator): Promise<void> {
    validator = now;
    await handle.datasync();
    knownGood = size;
    await writeFileAtomically(recordPath, JSON.stringify({ digest: digestText(digest), bytes, knownGoodBytes: knownGood, validator }));
  }

  return {
    part: () => ({ bytes: size, validator }),
    knownGoodBytes: () => knownGood,
    append: async (chunk) => {
      await writeAll(handle, chunk, size);
      size += chunk.length;
      if (size - knownGood >= syncEveryBytes) await settle();
    },
    settle,
    cutBackTo: async (kept) => {
      size = await shorten(handle, Math.min(kept, size));
      knownGood = Math.min(knownGood, size);
      if (size === 0) validator = null;
    },
    isRight: async () => size === bytes && (await hexOf(path, digest.algorithm)) === digest.hex,
    first: async (wanted) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
      return buffer.subarray(0, bytesRead);
    },
    moveTo: async (final) => {
      await handle.datasync();
      await handle.close();
      await rename(path, final);
      await rm(recordPath, { force: true });
    },
    close: async () => {
      await handle.close();
      if (size > 0) return;
      await rm(path, { force: true });
      await rm(recordPath, { force: true });
    },
  };
}

/** Takes the folder of partial downloads away when the last of them has gone; one that is still on its way keeps it. */
export async function leavePartials(store: string): Promise<void> {
  await rmdir(join(store, partialFolder)).catch(() => undefined);
}

/** Bytes of `digest`'s file that are here already. */
export async function partialBytes(store: string, digest: Digest): Promise<number> {
  return (await sizeOf(join(store, partialFolder, `${digest.hex}.part`))) ?? 0;
}

/** What lies in the store of downloads that are not finished. */
export async function partialsOnDisk(store: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(join(store, partialFolder))) bytes += (await sizeOf(join(store, partialFolder, name))) ?? 0;
  return bytes;
}

/** Removes partial downloads that nobody has gone on with for a month. */
export async function removeExpiredPartials(store: string, nowMs: number): Promise<void> {
  const folder = join(store, partialFolder);
  const names = await namesIn(folder);
  for (const name of names.filter((each) => each.endsWith('.part'))) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => nowMs - mtimeMs,
      // It has just been finished by somebody else.
      () => 0,
    );
    if (age <= expireAfterMs) continue;
    await rm(path, { force: true });
    await rm(path.replace(/part$/, 'json'), { force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(nothingWhereThereIsNone([]));
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(({ size }) => size, nothingWhereThereIsNone(null));
}

function nothingWhereThereIsNone<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nothing;
    throw error;
  };
}

async function readRecord(path: string): Promise<z.infer<typeof recordSchema> | null> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch {
    // No record, or one that a disk lost: the bytes could be of anything, so they count for nothing.
    return null;
  }
}

async function shorten(handle: FileHandle, bytes: number): Promise<number> {
  await handle.truncate(bytes);
  return bytes;
}

/** One write may take less than it was given, most of all where the disk is nearly full. */
async function writeAll(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < chunk.length) written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
}
