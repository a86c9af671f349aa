import { battery, fsSize, type Systeminformation } from 'systeminformation';
import type { HardwareReport } from '../model.ts';

/*
 * What systeminformation tells of both systems alike. It is not asked for more: its cpu() starts several programs (a fifth of a
 * second here), its mem() knows no container's limit, and its graphics() runs nvidia-smi without a time limit.
 */

export async function disks(): Promise<HardwareReport['disks']> {
  return disksOf(await fsSize());
}

export async function power(): Promise<HardwareReport['power']> {
  return powerOf(await battery());
}

export function disksOf(sizes: readonly Pick<Systeminformation.FsSizeData, 'mount' | 'available'>[]): HardwareReport['disks'] {
  return sizes.map(({ mount, available }) => ({ mount, freeMiB: Math.floor(available / 1024 ** 2) }));
}

export function powerOf({ hasBattery, acConnected, percent }: Pick<Systeminformation.BatteryData, 'hasBattery' | 'acConnected' | 'percent'>): HardwareReport['power'] {
  return hasBattery ? { onMains: acConnected, percent } : null;
}
