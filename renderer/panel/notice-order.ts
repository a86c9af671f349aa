import type { Notice } from '../../preload/contract.ts';

const ranks: Readonly<Record<Notice['severity'], number>> = { error: 0, warning: 1, info: 2 };

/** The worst notice first; alike ones as they came. */
export function worstFirst(notices: readonly Notice[]): readonly Notice[] {
  return notices.toSorted((one, other) => ranks[one.severity] - ranks[other.severity]);
}
