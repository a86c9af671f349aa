import type { Remedy } from './model.ts';

export const tryAgain: Remedy = {
  id: 'try-again',
  title: 'Try again',
  options: [],
  change: () => ({ kind: 'reconcile' }),
};
