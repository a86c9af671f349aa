import type { Finding } from '../../platform/finding.ts';
import type { CardReturn } from './card-return.ts';
import type { Prepared } from './preparation.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Has the cards that a stack does without tried again: those left out at its start, and each that fails under an engine.
 * Returns what ends that.
 */
export function followMissingCards(supervisor: Supervisor, { waitingFor }: Pick<Prepared, 'waitingFor'>, cards: Pick<CardReturn, 'leftOut'>): () => void {
  // A service that stays on its fallback has failed once, however often its state changes.
  const known = new WeakSet<Finding>();
  for (const { uuid } of waitingFor) cards.leftOut(uuid);
  return supervisor.onChange(() => {
    for (const { planned, onFallback } of supervisor.snapshot()) {
      if (onFallback === null || known.has(onFallback)) continue;
      known.add(onFallback);
      cards.leftOut(planned.device);
    }
  });
}

/** Lets services go back to a card that is well again; false where none waits for it, so that only a new plan can use it. */
export function goBackTo(supervisor: Supervisor, uuid: string | null): boolean {
  const waits = supervisor.snapshot().some(({ planned, onFallback }) => onFallback !== null && planned.device === uuid);
  if (waits && uuid !== null) supervisor.goBack(uuid);
  return waits;
}
