import { busKey, type PciCard } from './pci.ts';
import type { Gpu } from './model.ts';
import type { Remembered } from './remembered-cards.ts';

/** Whether every NVIDIA card sleeps: then nvidia-smi, which wakes all of them (a second and battery), is better not run. */
export function isAsleep(cards: readonly PciCard[]): boolean {
  const nvidia = cards.filter((card) => card.pciId.startsWith('10de:'));
  return nvidia.length > 0 && nvidia.every((card) => card.powerState === 'suspended');
}

/** The sleeping cards from memory; null unless every one of them, on the same place of the bus, is remembered. */
export function rememberedGpus(cards: readonly PciCard[], remembered: Remembered | null): readonly Gpu[] | null {
  const found = cards
    .filter((card) => card.pciId.startsWith('10de:'))
    .map((card) => remembered?.cards.find((kept) => kept.pciId === card.pciId && busKey(kept.busId) === busKey(card.address)));
  const gpus = found.flatMap((card): readonly Gpu[] => {
    if (card === undefined) return [];
    return [
      {
        ...card,
        vendor: 'NVIDIA',
        // A card sleeps only while nobody holds memory on it, so all of it is free.
        freeMiB: card.memoryMiB,
        virtual: false,
        deviceNode: null,
        powerState: 'suspended',
        accessible: null,
      },
    ];
  });
  return gpus.length === found.length ? gpus : null;
}
