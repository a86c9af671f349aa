import * as z from 'zod';

const bytes = z.int().nonnegative();

const lockFacts = z.object({
  /** Pythons that every package of the lock has a wheel for and that want nothing beside them. */
  pythonVersions: z.tuple([z.string()], z.string()),
  /** What a computer without any of it in uv's cache fetches. */
  downloadBytes: bytes,
  /** What it takes on the disk, without compiled Python files. */
  installedBytes: bytes,
  installedBytesFrom: z.enum(['an install', 'the wheels']),
  packages: z.record(z.string(), z.object({ downloadBytes: bytes, installedBytes: bytes })),
});

/** What `python/locks/sizes.py` wrote down of a lock; for CPython 3.11 on x86-64, others differ by a few per cent. */
export type LockFacts = z.infer<typeof lockFacts>;

/** Content of `sizes.json`, by names such as "torch-cu124.linux". */
export function readLockFacts(text: string): Readonly<Record<string, LockFacts>> {
  return z.record(z.string(), lockFacts).parse(JSON.parse(text));
}

/** Bytes of each package on the wire by its name. */
export function downloadBytesByPackage({ packages }: LockFacts): ReadonlyMap<string, number> {
  return new Map(Object.entries(packages).map(([name, { downloadBytes }]) => [name, downloadBytes]));
}
