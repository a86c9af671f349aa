import type { Gpu, HardwareReport } from '../../../main/hardware/model.ts';
import { defaultSettings, type Settings } from '../../../main/settings/schema.ts';

/** A healthy card, made to measure. */
export function card(name: string, computeCapability: string | null, differing: Partial<Gpu> = {}): Gpu {
  return {
    uuid: `GPU-${name.replaceAll(' ', '-')}`,
    index: 0,
    busId: '00000000:01:00.0',
    vendor: 'NVIDIA',
    name: `NVIDIA ${name}`,
    computeCapability,
    memoryMiB: 12_288,
    freeMiB: 12_000,
    virtual: false,
    mig: false,
    deviceNode: '/dev/nvidia0',
    powerState: 'active',
    pciId: null,
    accessible: true,
    ...differing,
  };
}

/** A machine with these cards and this driver; null: none installed. */
export function machine(driver: string | null, gpus: readonly Gpu[], os: Partial<HardwareReport['os']> = {}): HardwareReport {
  return {
    os: { platform: 'linux', release: '6.8', arch: 'x64', wsl: false, container: false, ...os },
    cpu: { model: 'a processor', cores: 8, flags: ['avx', 'avx2'] },
    memoryMiB: 32_768,
    disks: [],
    displays: 1,
    power: null,
    gpus,
    toolkit: null,
    driver: driver === null ? null : { version: driver, cudaVersion: null },
    processes: [],
    ollama: null,
    warnings: [],
  };
}

export const rtx3050 = card('GeForce RTX 3050 Laptop GPU', '8.6', { memoryMiB: 4096, freeMiB: 3900 });
export const rtx3060 = card('GeForce RTX 3060', '8.6');
export const gtx1080Ti = card('GeForce GTX 1080 Ti', '6.1');
export const rtx5090 = card('GeForce RTX 5090', '12.0');
export const v100 = card('Tesla V100-SXM2-16GB', '7.0');

/** The overrides of a person who has none but these about cards. */
export function overridesFor(gpus: Settings['overrides']['gpus'] = {}): Settings['overrides'] {
  return { ...defaultSettings.overrides, gpus };
}
