import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Model } from '../../plan/catalogue.ts';
import { digestText, parseDigest } from '../download-digest.ts';
import type { ExpectedFile } from './verified-file.ts';

const pinsSchema = z.object({
  /** Where it was learned: a repository of the hub at a commit, or the person's own folder. */
  repository: z.string().nullable(),
  commit: z.string().nullable(),
  files: z.record(z.string(), z.object({ bytes: z.int().nonnegative(), digest: z.string() })),
});

/**
 * What was learned of a model that the catalogue does not know to the byte. From then on it counts like the catalogue's
 * own word: what the hub changes later changes nothing here.
 */
export interface Pins {
  readonly repository: string | null;
  readonly commit: string | null;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly digest: string }>>;
}

export function pinsPath(store: string, id: string): string {
  return join(store, id, 'pins.json');
}

export async function readPins(store: string, id: string): Promise<Pins | null> {
  try {
    return pinsSchema.safeParse(JSON.parse(await readFile(pinsPath(store, id), 'utf8'))).data ?? null;
  } catch {
    // Never learned, or lost: it is learned again, and the files are hashed against that.
    return null;
  }
}

export async function writePins(store: string, id: string, pins: Pins): Promise<void> {
  await writeFileAtomically(pinsPath(store, id), JSON.stringify(pins, null, 2));
}

export function pinOf({ bytes, digest }: Omit<ExpectedFile, 'name'>): Pins['files'][string] {
  return { bytes, digest: digestText(digest) };
}

/** What each file of `model` must be, by name; a file that nobody knows anything of yet is left out. */
export function expectedFiles(model: Model, pins: Pins | null): ReadonlyMap<string, ExpectedFile> {
  const known = new Map<string, ExpectedFile>();
  for (const { name, bytes, sha256 } of model.files) {
    const pin = pins?.files[name];
    const digest = sha256 === null ? (pin === undefined ? null : parseDigest(pin.digest)) : parseDigest(`sha256:${sha256}`);
    if (digest !== null) known.set(name, { name, bytes: sha256 === null ? (pin?.bytes ?? bytes) : bytes, digest });
  }
  return known;
}
