import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PreflightAnswer } from '../../../../main/services/preflight.ts';
import type { CardLook } from '../../../../main/services/card-return.ts';
import { createCardReturn, lookAtCard, type CardReturn } from '../../../../main/services/io/card-return.ts';
import { card } from '../../plan/cards.ts';
import { linux } from '../../plan/machines/machine.ts';

const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Watched {
  readonly cards: CardReturn;
  readonly told: readonly string[];
}

/** Cards whose looks find these things in turn, the last one from then on. */
function watch(looks: readonly (CardLook | Error)[], isBusy: () => boolean = () => false): Watched {
  const told: string[] = [];
  let asked = 0;
  const cards = createCardReturn({
    look: (uuid) => {
      told.push(`looked at ${uuid ?? 'any'}`);
      const found = looks[Math.min(asked, looks.length - 1)] ?? 'unwell';
      asked += 1;
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
    isBusy,
    onReturn: (uuid) => told.push(`${uuid ?? 'one'} is back`),
  });
  return { cards, told };
}

describe('a card that was left out', () => {
  test('is tried after a minute of quiet and returns when it is well', async () => {
    const { cards, told } = watch(['well']);
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(minute - 1);
    const early = [...told];
    await vi.advanceTimersByTimeAsync(1);
    cards.close();
    expect({ early, told }).toEqual({ early: [], told: ['looked at GPU-1', 'GPU-1 is back'] });
  });

  test('is tried again after twice the time when it is unwell, or could not be asked', async () => {
    const { cards, told } = watch(['unwell', new Error('spawn EAGAIN'), 'well']);
    cards.leftOut(null);
    await vi.advanceTimersByTimeAsync(3 * minute);
    const early = told.length;
    await vi.advanceTimersByTimeAsync(4 * minute);
    cards.close();
    expect({ early, told }).toEqual({ early: 2, told: ['looked at any', 'looked at any', 'looked at any', 'one is back'] });
  });

  test('is never tried while somebody speaks', async () => {
    let busy = true;
    const { cards, told } = watch(['well'], () => busy);
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(10 * minute);
    const early = [...told];
    busy = false;
    await vi.advanceTimersByTimeAsync(10_000);
    cards.close();
    expect({ early, told }).toEqual({ early: [], told: ['looked at GPU-1', 'GPU-1 is back'] });
  });

  test('does not return into a question that was asked while it was looked at', async () => {
    const questions = [false, true, true, false];
    const { cards, told } = watch(['well'], () => questions.shift() ?? false);
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(minute + 19_999);
    const early = [...told];
    await vi.advanceTimersByTimeAsync(1);
    cards.close();
    expect({ early, told }).toEqual({ early: ['looked at GPU-1'], told: ['looked at GPU-1', 'GPU-1 is back'] });
  });

  test('is quiet for twice as long when it fails again soon after its return', async () => {
    const { cards, told } = watch(['well']);
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(minute);
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(2 * minute - 1);
    const early = told.length;
    await vi.advanceTimersByTimeAsync(1);
    cards.close();
    expect({ early, all: told.length }).toEqual({ early: 2, all: 4 });
  });

  test('is one card though several engines failed on it', async () => {
    const { cards, told } = watch(['well']);
    cards.leftOut('GPU-1');
    cards.leftOut('GPU-1');
    await vi.advanceTimersByTimeAsync(minute);
    cards.close();
    expect(told).toEqual(['looked at GPU-1', 'GPU-1 is back']);
  });

  test('has no timer left once the watch is closed, and an answer that comes later is not heard', async () => {
    const { cards, told } = watch(['well']);
    cards.leftOut('GPU-1');
    vi.advanceTimersByTime(minute);
    cards.close();
    await vi.advanceTimersByTimeAsync(minute);
    expect({ told, timers: vi.getTimerCount() }).toEqual({ told: ['looked at GPU-1'], timers: 0 });
  });
});

describe('a look at a card', () => {
  const uuid = 'GPU-1';
  const passed: PreflightAnswer = { kind: 'answer', ok: true, uuid, name: null, step: 'cuCtxDestroy', code: null, error: null };
  const gpu = card('GeForce RTX 3050', '8.6', { uuid, busId: '00000000:01:00.0' });

  async function look(asked: string | null, answer: PreflightAnswer, asleep: readonly (string | null)[] = [], answers = true): Promise<unknown> {
    const done: string[] = [];
    const found = await lookAtCard(asked, {
      root: '/',
      python: 'python',
      surroundings: { os: { platform: 'linux', wsl: false }, libraryFolders: [], searchPath: '' },
      cards: [gpu],
      probe: () => {
        done.push('probed');
        return Promise.resolve(linux(answers ? [gpu] : []));
      },
      seams: {
        ask: (card) => {
          done.push(`kernel on ${card}`);
          return Promise.resolve(answer);
        },
        isAsleep: (busId) => Promise.resolve(asleep.includes(busId)),
      },
    });
    return { found, done };
  }

  test.each<[string, PreflightAnswer, CardLook]>([
    ['well when a kernel runs on it', passed, 'well'],
    ['unwell when another card answers', { ...passed, uuid: 'GPU-2' }, 'unwell'],
    ['unwell when it is not ready', { ...passed, ok: false, code: 3 }, 'unwell'],
    ['hopeless when its driver hangs', { kind: 'silent', reason: 'no answer', timedOut: true }, 'hopeless'],
    ['hopeless when its driver is too old', { ...passed, ok: false, code: 222 }, 'hopeless'],
  ])('finds it %s', async (_title, answer, found) => {
    expect(await look(uuid, answer)).toEqual({ found, done: ['kernel on GPU-1'] });
  });

  test('leaves one that sleeps asleep', async () => {
    expect([await look(uuid, passed, ['00000000:01:00.0']), await look(null, passed, [null])]).toEqual([{ found: 'asleep', done: [] }, { found: 'asleep', done: [] }]);
  });

  test('asks the driver alone where no card had answered', async () => {
    expect([await look(null, passed), await look(null, passed, [], false)]).toEqual([{ found: 'well', done: ['probed'] }, { found: 'unwell', done: ['probed'] }]);
  });
});
