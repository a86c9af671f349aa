import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import { catalogue as builtIn, extendCatalogue, type Catalogue } from '../catalogue.ts';

export interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  /** What a person should know about how it was read; empty when all is well. */
  readonly notices: readonly string[];
}

/**
 * The catalogue Earshot comes with, and what a `catalogue.json` in the config folder adds to it. One that cannot be used
 * is left as it is and said; the last one that could be used, kept beside the data, holds until it is mended.
 */
export async function loadCatalogue(folders: Folders): Promise<LoadedCatalogue> {
  const path = join(folders.config, 'catalogue.json');
  const kept = join(folders.data, 'catalogue.last-good.json');
  const read = await readText(path);
  if ('absent' in read) {
    // Whoever takes the file away wants none of it, also when a later one is damaged. On a disk that cannot be written it stays.
    await rm(kept, { force: true }).catch(() => undefined);
    return { catalogue: builtIn, notices: [] };
  }
  const extended = 'text' in read ? extendCatalogue(builtIn, read.text) : read;
  if ('catalogue' in extended && 'text' in read) return { catalogue: extended.catalogue, notices: await keep(kept, read.text) };
  const problem = 'problem' in extended ? extended.problem : '';
  const lastGood = await readText(kept);
  const before = 'text' in lastGood ? extendCatalogue(builtIn, lastGood.text) : null;
  const [catalogue, instead] =
    before !== null && 'catalogue' in before
      ? [before.catalogue, 'The last one that was good is used instead.']
      : [builtIn, 'Earshot goes on with what it comes with.'];
  return { catalogue, notices: [`The catalogue file ${path} could not be used.\n${problem}\n${instead}`] };
}

/** Keeps a good file for the day it is damaged. Written only when it has changed: a start should not wait for the disk. */
async function keep(path: string, text: string): Promise<readonly string[]> {
  const before = await readText(path);
  if ('text' in before && before.text === text) return [];
  try {
    await writeFileAtomically(path, text);
    return [];
  } catch (error) {
    return [`No copy of the catalogue file could be kept in ${path} (${errorMessage(error)}). The file itself is in use.`];
  }
}

async function readText(path: string): Promise<{ readonly text: string } | { readonly absent: true } | { readonly problem: string }> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { absent: true };
    return { problem: `it cannot be read (${errorMessage(error)})` };
  }
}
