import type { Gpu, HardwareReport } from '../hardware/model.ts';
import { compareVersions, isVersion } from '../platform/versions.ts';
import type { DriverFloor, FloorForCards } from './catalogue.ts';

/** What asks for a driver: a torch build or a component. */
export interface DriverNeeds {
  readonly driverFloor: DriverFloor | null;
  readonly driverFloors: readonly FloorForCards[];
}

/**
 * Whose numbering the driver's version follows. Inside WSL2 the programs are Linux ones but the driver is that of the
 * Windows around it, and so is the version nvidia-smi reports (docs.nvidia.com/cuda/wsl-user-guide).
 */
export function driverPlatform(os: HardwareReport['os']): 'linux' | 'windows' {
  return os.platform === 'win32' || os.wsl ? 'windows' : 'linux';
}

/** The installed driver's version; null when there is none or it does not say. */
export function driverVersion(hardware: HardwareReport): string | null {
  const version = hardware.driver?.version ?? '';
  return isVersion(version) ? version : null;
}

/** "this machine has 535.183.01", as the end of a sentence on what is needed; whoever is inside WSL2 reads whose driver it is. */
export function driverHere(version: string, { os }: HardwareReport): string {
  return os.wsl ? `the Windows around this Linux has ${version}` : `this machine has ${version}`;
}

/** The oldest driver with which `needs` runs on a card of this capability; null when it needs none. */
export function driverFloorFor(needs: DriverNeeds, capability: string, hardware: HardwareReport): string | null {
  const platform = driverPlatform(hardware.os);
  const floors = [
    ...(needs.driverFloor === null ? [] : [needs.driverFloor[platform]]),
    ...needs.driverFloors.filter((floor) => isWithin(capability, floor)).map((floor) => floor[platform]),
  ];
  return floors.sort(compareVersions).at(-1) ?? null;
}

function isWithin(capability: string, range: FloorForCards): boolean {
  if (compareVersions(capability, range.minimumCapability) < 0) return false;
  return range.maximumCapability === null || compareVersions(capability, range.maximumCapability) <= 0;
}

/** Real NVIDIA cards whose generation is known: the ones of which anything can be said. */
export function knownCards(hardware: HardwareReport): readonly Gpu[] {
  return hardware.gpus.filter((gpu) => !gpu.virtual && /nvidia/i.test(gpu.vendor) && gpu.computeCapability !== null);
}

/** "GeForce RTX 3060" of "NVIDIA GeForce RTX 3060": what people call the card. */
export function cardName(gpu: Gpu): string {
  return gpu.name.replace(/^NVIDIA\s+/i, '');
}

/** "RTX 3060, GTX 1080 Ti and T4"; eight cards of one name are named once. */
export function listed(all: readonly string[]): string {
  const names = [...new Set(all)];
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
