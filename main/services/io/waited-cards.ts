import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Folders } from '../../platform/folders.ts';
import type { WaitedInVain } from '../card-wait.ts';

const waitedSchema = z.strictObject({ version: z.literal(1), cards: z.array(z.string().nullable()) });

/** File that remembers which graphics cards were waited for in vain, so that no later start waits for them again. */
export function waitedCards(folders: Folders): string {
  return join(folders.data, 'cards-not-ready.json');
}

/** What is written there; nothing where it cannot be read, which costs one more wait. */
export async function recallWaited(path: string): Promise<WaitedInVain> {
  try {
    return new Set(waitedSchema.parse(JSON.parse(await readFile(path, 'utf8'))).cards);
  } catch {
    return new Set();
  }
}

/** Keeps what was waited for in vain; writes only what is new. Rejects when it cannot be written. */
export async function rememberWaited(path: string, waited: WaitedInVain): Promise<void> {
  const before = await recallWaited(path);
  if (before.size === waited.size && [...waited].every((card) => before.has(card))) return;
  if (waited.size === 0) await rm(path, { force: true });
  else await writeFileAtomically(path, `${JSON.stringify({ version: 1, cards: [...waited] } satisfies z.infer<typeof waitedSchema>, null, 2)}\n`);
}
