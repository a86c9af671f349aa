import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import { digestText, type Digest } from '../download-digest.ts';

/** The name of the first field is from the time when there was one kind of sum only; stamps of that time still count. */
const stampSchema = z.object({ sha256: z.string(), bytes: z.number(), modifiedMs: z.number(), changedMs: z.number() });

/** What a file must be: as many bytes, and this sum of them. */
export interface ExpectedFile {
  readonly name: string;
  readonly bytes: number;
  readonly digest: Digest;
}

/** Sum of a file in small hex digits. */
export async function hexOf(path: string, algorithm: Digest['algorithm']): Promise<string> {
  const hash = createHash(algorithm === 'git-sha1' ? 'sha1' : algorithm);
  if (algorithm === 'git-sha1') hash.update(`blob ${(await stat(path)).size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

export async function hasDigest(path: string, { algorithm, hex }: Digest): Promise<boolean> {
  return (await hexOf(path, algorithm)) === hex;
}

/**
 * Whether the file at `path` is the one that is expected. Hashing 240 MB at every start would cost a second, so a
 * stamp beside the file remembers what was hashed; any write moves the change time and makes it count for nothing.
 */
export async function isVerified(path: string, expected: ExpectedFile, options: { readonly rehash: boolean }): Promise<boolean> {
  const now = await stampOf(path, expected.digest);
  if (now?.bytes !== expected.bytes) return false;
  if (!options.rehash && (await readStamp(path)) === JSON.stringify(now)) return true;
  if (!(await hasDigest(path, expected.digest))) return false;
  // On a disk that is full, or that nobody may write to, the file is as right as it is; it is hashed again next time.
  await writeFileAtomically(stampPath(path), JSON.stringify(now)).catch(() => undefined);
  return true;
}

/** Removes a file and what was remembered of it. */
export async function removeVerified(path: string): Promise<void> {
  await rm(stampPath(path), { force: true });
  await rm(path, { force: true });
}

/** Remembers that the file was hashed and agreed; call it once the file stands under its final name. */
export async function stampVerified(path: string, expected: ExpectedFile): Promise<void> {
  const stamp = await stampOf(path, expected.digest);
  await writeFileAtomically(stampPath(path), JSON.stringify(stamp));
}

function stampPath(path: string): string {
  return `${path}.verified`;
}

async function stampOf(path: string, digest: Digest): Promise<z.infer<typeof stampSchema> | null> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(path);
    return { sha256: digest.algorithm === 'sha256' ? digest.hex : digestText(digest), bytes: size, modifiedMs: mtimeMs, changedMs: ctimeMs };
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
