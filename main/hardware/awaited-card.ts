import type { HardwareReport } from './model.ts';
import { mayComeRight } from './nvidia-failure.ts';

/** What speaks for a graphics card in a machine whose nvidia-smi names none. */
export interface CardSigns {
  /** Whether nvidia-smi is there: without it no card would ever answer. */
  readonly program: boolean;
  /** Whether NVIDIA's kernel module is loaded, or a card of theirs is on the bus that no other driver has. */
  readonly present: boolean;
  /** Whether a card has answered here before. */
  readonly remembered: boolean;
}

/** Whether a card of NVIDIA's has told what it is, now or before it fell asleep. One that only the bus names has not. */
export function hasAnsweringCard({ gpus }: Pick<HardwareReport, 'gpus'>): boolean {
  return gpus.some(({ vendor, memoryMiB, virtual }) => vendor === 'NVIDIA' && memoryMiB !== null && !virtual);
}

/**
 * Whether a card should be here that is not ready yet, as after a cold start: its driver is installed and something
 * speaks for the card, but none answers, for no reason that a person would have to see to first.
 */
export function awaitsCard(hardware: Pick<HardwareReport, 'gpus' | 'warnings'>, signs: CardSigns): boolean {
  return !hasAnsweringCard(hardware) && signs.program && (signs.present || signs.remembered) && mayComeRight(hardware.warnings);
}
