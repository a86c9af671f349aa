import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GpuProcess } from '../../../../main/hardware/model.ts';
import { watchGpus, type CardsAnswer } from '../../../../main/services/io/gpu-watch.ts';
import { card as cardOf } from '../../plan/cards.ts';

const card = cardOf('GeForce RTX 3090', '8.6', { uuid: 'GPU-1', memoryMiB: 24_576, freeMiB: 24_000 });
const server: GpuProcess = { pid: 4711, uuid: 'GPU-1', name: 'vllm', usedMiB: 18_000, ours: false };
const free = cardWith([]);
const taken = cardWith([server]);

/** The card with these programs on it, and beside them what programs hold that only draw. */
function cardWith(processes: readonly GpuProcess[], drawingMiB = 0): CardsAnswer {
  const named = processes.reduce((sum, { usedMiB }) => sum + (usedMiB ?? 0), 0);
  return { gpus: [{ ...card, freeMiB: 24_000 - named - drawingMiB }], processes, warnings: [] };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Watch {
  /** What was told, in order: how many came, went and grew. */
  readonly told: readonly string[];
  readonly asked: () => number;
  readonly end: () => void;
}

/** A watch every second over cards that give these answers, the last one from then on. */
function watch(hardware: CardsAnswer, answers: readonly (CardsAnswer | null | Error | Promise<CardsAnswer>)[], ownCards: readonly string[] = []): Watch {
  const told: string[] = [];
  let asked = 0;
  const end = watchGpus({
    hardware,
    ownCards: new Set(ownCards),
    intervalMs: 1_000,
    ask: () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? null;
      asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    onChange: ({ came, went, grew }) => told.push(`${came.length} came, ${went.length} went, ${grew.length} grew`),
  });
  return { told, asked: () => asked, end };
}

/** A promise that is settled from outside. */
function openPromise(): { readonly promise: Promise<CardsAnswer>; readonly resolve: (answer: CardsAnswer) => void } {
  const resolvers: ((answer: CardsAnswer) => void)[] = [];
  const promise = new Promise<CardsAnswer>((resolve) => resolvers.push(resolve));
  return { promise, resolve: (answer) => { for (const resolve of resolvers) resolve(answer); } };
}

describe('the watch over the cards', () => {
  test('tells who comes and who goes, each once', async () => {
    const { told, end } = watch(free, [free, taken, taken, taken, free, free]);
    await vi.advanceTimersByTimeAsync(10_000);
    end();
    expect(told).toEqual(['1 came, 0 went, 0 grew', '0 came, 1 went, 0 grew']);
  });

  test('tells of a program that grows much, not of one that breathes', async () => {
    const sizes = [18_100, 17_900, 18_400, 18_500, 18_600];
    const { told, end } = watch(taken, sizes.map((usedMiB) => cardWith([{ ...server, usedMiB }])));
    await vi.advanceTimersByTimeAsync(10_000);
    end();
    expect(told).toEqual(['0 came, 0 went, 1 grew']);
  });

  test('does not mind our own programs', async () => {
    const { told, end } = watch(free, [cardWith([{ ...server, ours: true }])]);
    await vi.advanceTimersByTimeAsync(3_000);
    end();
    expect(told).toEqual([]);
  });

  test.each<[string, CardsAnswer | null | Error]>([
    ['that was not given, as the card sleeps', null],
    ['that failed', new Error('spawn EAGAIN')],
    ['without any card', { gpus: [], processes: [], warnings: ['nvidia-smi gave no answer within 10 s.'] }],
    ['with a complaint that was not there before', { ...free, warnings: ['The programs on the graphics cards could not be read.'] }],
  ])('takes an answer %s for no news, and goes on', async (_what, answer) => {
    const { told, asked, end } = watch(taken, [answer, answer, taken, free]);
    await vi.advanceTimersByTimeAsync(3_000);
    const early = [...told];
    await vi.advanceTimersByTimeAsync(1_000);
    end();
    expect({ early, told, asked: asked() }).toEqual({ early: [], told: ['0 came, 1 went, 0 grew'], asked: 4 });
  });

  test('believes an answer whose complaint has been there from the start', async () => {
    const warnings = ['This card does not tell its temperature.'];
    const { told, end } = watch({ ...free, warnings }, [{ ...taken, warnings }]);
    await vi.advanceTimersByTimeAsync(1_000);
    end();
    expect(told).toEqual(['1 came, 0 went, 0 grew']);
  });

  test('does not ask again while an answer is awaited', async () => {
    const { promise: slow, resolve: answer } = openPromise();
    const { told, asked, end } = watch(free, [slow, taken]);
    await vi.advanceTimersByTimeAsync(30_000);
    const during = asked();
    answer(taken);
    await vi.advanceTimersByTimeAsync(1_000);
    end();
    expect({ during, after: asked(), told }).toEqual({ during: 1, after: 2, told: ['1 came, 0 went, 0 grew'] });
  });

  test('asks nothing on a machine without a card', async () => {
    const { asked, end } = watch({ gpus: [], processes: [], warnings: [] }, [taken]);
    await vi.advanceTimersByTimeAsync(60_000);
    end();
    expect({ asked: asked(), timers: vi.getTimerCount() }).toEqual({ asked: 0, timers: 0 });
  });

  test('has ended when it was told to, even while an answer is awaited', async () => {
    const { told, asked, end } = watch(free, [taken]);
    vi.advanceTimersByTime(1_000);
    end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ told, asked: asked(), timers: vi.getTimerCount() }).toEqual({ told: [], asked: 1, timers: 0 });
  });

  test('sees a game, which the driver does not list, by the memory it takes and gives back', async () => {
    const grown: unknown[] = [];
    const answers = [cardWith([], 100), cardWith([], 3_000), cardWith([], 3_200), cardWith([], 50)];
    const end = watchGpus({ hardware: free, ownCards: new Set(), intervalMs: 1_000, ask: () => Promise.resolve(answers.shift() ?? null), onChange: ({ came, went, grew }) => grown.push(...came, ...went, ...grew) });
    await vi.advanceTimersByTimeAsync(6_000);
    end();
    // 576 MiB are the driver's own from the start.
    expect(grown).toEqual([
      { other: { pid: 0, uuid: 'GPU-1', name: '', usedMiB: 3_576 }, byMiB: 3_000 },
      { other: { pid: 0, uuid: 'GPU-1', name: '', usedMiB: 626 }, byMiB: -2_950 },
    ]);
  });

  test.each<[string, readonly CardsAnswer[]]>([
    ['that the driver lists', [cardWith([{ ...server, ours: true }])]],
    ['that it does not list, as in a container', [cardWith([], 18_000)]],
    ['of which it does not say how much they hold, as on Windows', [{ ...cardWith([{ ...server, ours: true }]), processes: [{ ...server, usedMiB: null, ours: true }] }]],
  ])('takes engines of ours for nobody else: those %s', async (_what, answers) => {
    const { told, end } = watch(free, answers, ['GPU-1']);
    await vi.advanceTimersByTimeAsync(5_000);
    end();
    expect(told).toEqual([]);
  });

  test('says nothing of a card that has fallen asleep or away, nor when it comes back', async () => {
    const gone: CardsAnswer = { ...free, gpus: [{ ...card, uuid: 'GPU-2' }] };
    const { told, end } = watch({ ...free, gpus: [{ ...card, freeMiB: 24_576, powerState: 'suspended' }] }, [free, gone, free]);
    await vi.advanceTimersByTimeAsync(5_000);
    end();
    expect(told).toEqual([]);
  });

  describe('does not stay blind under a complaint that lasts:', () => {
    const complaint = ['nvidia-smi answered and complained: infoROM is corrupted'];
    function complaining(answer: CardsAnswer): CardsAnswer {
      return { ...answer, warnings: complaint };
    }

    test('the third look in a row is believed in sum, the next ones by name', async () => {
      const { told, end } = watch(free, [taken, taken, free, taken, free].map(complaining));
      const early: string[] = [];
      await vi.advanceTimersByTimeAsync(2_000);
      early.push(...told);
      await vi.advanceTimersByTimeAsync(3_000);
      end();
      expect({ early, told }).toEqual({ early: [], told: ['1 came, 0 went, 0 grew', '0 came, 1 went, 0 grew'] });
    });

    test('programs that are there but can no longer be named have not left, nor come when they can', async () => {
      const nameless = complaining({ ...taken, processes: [] });
      const { told, end } = watch(taken, [nameless, nameless, nameless, nameless, taken, taken]);
      await vi.advanceTimersByTimeAsync(8_000);
      end();
      expect(told).toEqual([]);
    });

    test('what has come meanwhile is told of as soon as it lasts', async () => {
      const { told, end } = watch(free, [taken, taken, taken, taken].map(complaining));
      await vi.advanceTimersByTimeAsync(5_000);
      end();
      expect(told).toEqual(['0 came, 0 went, 1 grew']);
    });
  });
});
