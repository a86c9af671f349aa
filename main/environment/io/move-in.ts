import { rename, rm } from 'node:fs/promises';

/**
 * Gives a finished folder its final name with one rename. Where another start of Earshot was first, its folder has
 * the same hash and stays: someone may already run from it.
 */
export async function moveIn(staging: string, final: string, isWhole: () => boolean): Promise<void> {
  try {
    await rename(staging, final);
  } catch {
    if (isWhole()) return;
    await rm(final, { recursive: true, force: true });
    await rename(staging, final);
  }
}
