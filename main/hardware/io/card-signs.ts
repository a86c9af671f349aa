import { existsSync } from 'node:fs';
import type { CardSigns } from '../awaited-card.ts';
import { busKey } from '../pci.ts';
import { isAsleep } from '../sleeping.ts';
import { findNvidiaSmi } from './nvidia-smi.ts';
import { nvidiaKernelModule, pciCards } from './pci.ts';
import { recall } from './remembered.ts';
import { systemFiles } from './system-files.ts';

export interface SignsOptions {
  /** Folder below which /proc, /sys and the usual places are looked at; "/" but for tests. */
  readonly root?: string;
  /** File that remembers the cards. */
  readonly rememberedPath: string;
}

/** Looks for signs of a card without asking it anything: a few files that the kernel answers from memory. */
export async function cardSigns({ root = '/', rememberedPath }: SignsOptions, environment: NodeJS.ProcessEnv): Promise<CardSigns> {
  const files = systemFiles(root);
  const [kernel, pci, memory] = await Promise.all([nvidiaKernelModule(files), pciCards(files), recall(rememberedPath)]);
  // Not bound to any driver yet is what a card looks like while the system starts.
  const onBus = pci.some(({ pciId, kernelDriver }) => pciId.startsWith('10de:') && (kernelDriver === null || kernelDriver === 'nvidia'));
  return {
    program: findNvidiaSmi(root, environment) !== null,
    // Windows shows no bus and WSL no card on it, and both come with nvidia-smi only where there is one.
    present: onBus || kernel.version !== null || existsSync(files.absolute('dev/dxg')) || process.platform === 'win32',
    remembered: (memory.remembered?.cards.length ?? 0) > 0,
  };
}

/** Whether the card at this place of the bus sleeps, as far as the system tells; without a place, whether all of them do. A question would wake it. */
export async function isCardAsleep(busId: string | null, root = '/'): Promise<boolean> {
  const cards = await pciCards(systemFiles(root));
  return isAsleep(busId === null ? cards : cards.filter(({ address }) => busKey(address) === busKey(busId)));
}
