import { parseKernelCard, type KernelCard, type PciCard } from '../pci.ts';
import { pciNames } from '../pci-names.ts';
import type { SystemFiles } from './system-files.ts';

const devices = 'sys/bus/pci/devices';
/** VGA, "3D controller" (the card of a hybrid laptop) and other displays (AMD's second card there). */
const displayClass = /^0x03(00|02|80)/;

/**
 * Display and 3D controllers of the PCI bus. Only files that the kernel answers from memory are read: `config`, which lspci
 * reads, wakes a sleeping card.
 */
export async function pciCards(files: SystemFiles): Promise<readonly PciCard[]> {
  const found = await Promise.all((await files.names(devices)).map((address) => pciCard(files, address)));
  const cards = found.filter((card) => card !== null);
  if (cards.every((card) => card.kernelDriver === 'nvidia')) return cards;
  // Names matter where nvidia-smi will not say them; the list is a file of the distribution and may be missing.
  const list = (await files.text('usr/share/misc/pci.ids')) ?? (await files.text('usr/share/hwdata/pci.ids'));
  const names = pciNames(list ?? '', new Set(cards.map((card) => card.pciId)));
  return cards.map((card) => ({ ...card, name: names.get(card.pciId) ?? null }));
}

async function pciCard(files: SystemFiles, address: string): Promise<PciCard | null> {
  const folder = `${devices}/${address}`;
  if (!displayClass.test((await files.text(`${folder}/class`)) ?? '')) return null;
  const [vendor, device, powerState, kernelDriver] = await Promise.all([
    files.text(`${folder}/vendor`),
    files.text(`${folder}/device`),
    files.text(`${folder}/power/runtime_status`),
    files.linkTarget(`${folder}/driver`),
  ]);
  if (vendor === null || device === null) return null;
  return {
    address,
    pciId: `${vendor}:${device}`.replaceAll('0x', '').toLowerCase(),
    powerState: powerState === 'active' || powerState === 'suspended' ? powerState : null,
    kernelDriver,
    name: null,
  };
}

/** What the NVIDIA kernel module tells without nvidia-smi. */
export interface KernelModule {
  /** null when the module is not loaded. */
  readonly version: string | null;
  readonly cards: readonly KernelCard[];
}

export async function nvidiaKernelModule(files: SystemFiles): Promise<KernelModule> {
  const folder = 'proc/driver/nvidia';
  const [module, banner, addresses] = await Promise.all([files.text('sys/module/nvidia/version'), files.text(`${folder}/version`), files.names(`${folder}/gpus`)]);
  const cards = await Promise.all(
    addresses.map(async (address) => {
      const text = await files.text(`${folder}/gpus/${address}/information`);
      return text === null ? [] : [parseKernelCard(text, address)];
    }),
  );
  // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024"
  const fromBanner = /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(`${banner ?? ''} `)?.[1];
  return { version: module ?? fromBanner ?? null, cards: cards.flat() };
}
