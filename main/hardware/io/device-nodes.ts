import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import type { DeviceNodes } from '../device-nodes.ts';
import type { SystemFiles } from './system-files.ts';

/** Whether this user may open a file for reading and writing, as CUDA does. */
export type MayOpen = (path: string) => Promise<boolean>;

export async function mayOpenFile(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Looks at the device files without opening them: opening one wakes its card. */
export async function deviceNodes(files: SystemFiles, mayOpen: MayOpen): Promise<DeviceNodes> {
  const numbers = (await files.names('dev')).flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  async function one(name: string): Promise<boolean | null> {
    const path = files.absolute(`dev/${name}`);
    return existsSync(path) ? mayOpen(path) : null;
  }
  const [cards, control, memory, wsl] = await Promise.all([
    Promise.all(numbers.map(async (number): Promise<[number, boolean]> => [number, (await one(`nvidia${number}`)) === true])),
    one('nvidiactl'),
    one('nvidia-uvm'),
    one('dxg'),
  ]);
  return { cards: new Map(cards), control, memory, wsl };
}
