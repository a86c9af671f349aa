import { describe, expect, test } from 'vitest';
import { cardFigures, parseUtilisation } from '../../../main/telemetry/card-figures.ts';
import { card } from '../plan/cards.ts';

const mebibyte = 1024 ** 2;
const gpu = card('GeForce RTX 3050', '8.6', { uuid: 'GPU-1', memoryMiB: 4_096, freeMiB: 1_096 });
const ours = { pid: 1, uuid: 'GPU-1', usedMiB: 2_000, name: 'python', ours: true };
const theirs = { pid: 2, uuid: 'GPU-1', usedMiB: 600, name: 'game', ours: false };

function usedOf(differing: Partial<typeof gpu>, processes: readonly { pid: number; uuid: string; usedMiB: number | null; name: string; ours: boolean }[], ownCards: readonly string[]): readonly unknown[] {
  return cardFigures({ gpus: [{ ...gpu, ...differing }], processes, warnings: [] }, new Map(), new Set(ownCards)).map(({ usedBytes }) => usedBytes);
}

describe('memory of a graphics card', () => {
  test('is told apart by whose it is, what only draws included with the others', () => {
    expect(cardFigures({ gpus: [gpu], processes: [ours, theirs], warnings: [] }, new Map([['GPU-1', 0.4]]), new Set(['GPU-1']))).toEqual([
      { uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3050', totalBytes: 4_096 * mebibyte, usedBytes: { ours: 2_000 * mebibyte, others: 1_000 * mebibyte }, utilisation: 0.4 },
    ]);
  });

  test('is nobody’s that is known where the driver does not tell', () => {
    const unknown = [{ unknown: 3_000 * mebibyte }];
    expect({
      notListed: usedOf({}, [theirs], ['GPU-1']),
      withoutSize: usedOf({}, [{ ...ours, usedMiB: null }], ['GPU-1']),
      inPartOfCard: usedOf({ mig: true }, [], ['MIG-1']),
      notOurs: usedOf({}, [theirs], ['GPU-2']),
      nothing: usedOf({ freeMiB: null }, [ours], ['GPU-1']),
    }).toEqual({ notListed: unknown, withoutSize: unknown, inPartOfCard: unknown, notOurs: [{ ours: 0, others: 3_000 * mebibyte }], nothing: [{}] });
  });
});

test('the load of cards is read row by row, and a card that does not tell is left out', () => {
  const rows = ['GPU-1, 37', 'GPU-2, [N/A]', 'GPU-3, ERR!', 'No devices were found', 'GPU-4, 100', ''].join('\r\n');
  expect([...parseUtilisation(rows)]).toEqual([['GPU-1', 0.37], ['GPU-4', 1]]);
});
