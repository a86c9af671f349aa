import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import { formatBytes } from '../../platform/text.ts';

/** Says before the first byte when `folder`'s disk has no room for `neededBytes`. */
export async function requireFreeSpace(folder: string, neededBytes: number): Promise<void> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  throw new FaultError({
    id: 'disk-full',
    title: `There is not enough room on the disk: ${formatBytes(neededBytes)} are needed, ${formatBytes(free)} are free.`,
    detail: `Folder: ${folder}`,
    cure: 'Free some space, or set EARSHOT_HOME to a folder on a larger disk, and start again.',
  });
}
