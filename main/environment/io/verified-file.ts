import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { ModelFile } from '../../plan/catalogue.ts';

const stampSchema = z.object({ sha256: z.string(), bytes: z.number(), modifiedMs: z.number(), changedMs: z.number() });

/** sha256 of a file as 64 hex digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * Whether the file at `path` is the one the catalogue names. Hashing 240 MB at every start would cost a second, so a
 * stamp beside the file remembers what was hashed; any write moves the change time and makes it count for nothing.
 */
export async function isVerified(path: string, expected: ModelFile, options: { readonly rehash: boolean }): Promise<boolean> {
  const now = await stampOf(path, expected.sha256);
  if (now?.bytes !== expected.bytes) return false;
  if (!options.rehash && (await readStamp(path)) === JSON.stringify(now)) return true;
  if ((await sha256Of(path)) !== expected.sha256) return false;
  await writeFileAtomically(stampPath(path), JSON.stringify(now));
  return true;
}

/** Removes a file and what was remembered of it. */
export async function removeVerified(path: string): Promise<void> {
  await rm(stampPath(path), { force: true });
  await rm(path, { force: true });
}

/** Remembers that the file was hashed and agreed; call it once the file stands under its final name. */
export async function stampVerified(path: string, expected: ModelFile): Promise<void> {
  const stamp = await stampOf(path, expected.sha256);
  await writeFileAtomically(stampPath(path), JSON.stringify(stamp));
}

function stampPath(path: string): string {
  return `${path}.verified`;
}

async function stampOf(path: string, sha256: string): Promise<z.infer<typeof stampSchema> | null> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(path);
    return { sha256, bytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function readStamp(path: string): Promise<string | null> {
  try {
    const parsed = stampSchema.safeParse(JSON.parse(await readFile(stampPath(path), 'utf8')));
    return parsed.success ? JSON.stringify(parsed.data) : null;
  } catch {
    // No stamp, or a torn one: the file is hashed again.
    return null;
  }
}
