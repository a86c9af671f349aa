import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import { errorMessage } from '../../platform/text.ts';
import type { Gpu } from '../model.ts';
import { rememberedCards, type Remembered } from '../remembered-cards.ts';

export interface Memory {
  readonly remembered: Remembered | null;
  /** What is in the file, to tell whether it must be written again. */
  readonly content: string | null;
  readonly warnings: readonly string[];
}

export async function recall(path: string | undefined): Promise<Memory> {
  if (path === undefined) return { remembered: null, content: null, warnings: [] };
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    const isNew = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { remembered: null, content: null, warnings: isNew ? [] : [`What was remembered of the graphics cards could not be read: ${errorMessage(error)}`] };
  }
  try {
    return { remembered: rememberedCards.parse(JSON.parse(content)), content, warnings: [] };
  } catch {
    return { remembered: null, content, warnings: [`${path}, which remembers the graphics cards, is damaged; it is written anew when they next answer.`] };
  }
}

/** Keeps the cards of an answer of nvidia-smi; writes only what is new. The warning says why it could not. */
export async function remember(path: string | undefined, gpus: readonly Gpu[], driverVersion: string | null, memory: Memory): Promise<readonly string[]> {
  const cards = gpus.flatMap((gpu) => (gpu.pciId === null || !gpu.uuid.startsWith('GPU-') ? [] : [cardOf(gpu, gpu.pciId)]));
  if (path === undefined || cards.length === 0) return [];
  const content = `${JSON.stringify({ version: 1, driverVersion, cards } satisfies Remembered, null, 2)}\n`;
  if (content === memory.content) return [];
  try {
    await writeFileAtomically(path, content);
    return [];
  } catch (error) {
    return [`The graphics cards could not be remembered (${errorMessage(error)}), so a sleeping one is woken at the next start.`];
  }
}

function cardOf({ uuid, index, busId, name, computeCapability, memoryMiB, mig }: Gpu, pciId: string): Remembered['cards'][number] {
  return { uuid, index, busId, pciId, name, computeCapability, memoryMiB: memoryMiB === 0 ? null : memoryMiB, mig };
}
