import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Gpu, GpuProcess } from '../../../../main/hardware/model.ts';
import { watchGpus, type CardsAnswer } from '../../../../main/services/io/gpu-watch.ts';

const card: Gpu = {
  uuid: 'GPU-1',
  index: 0,
  busId: '00000000:01:00.0',
  vendor: 'NVIDIA',
  name: 'NVIDIA GeForce RTX 3090',
  computeCapability: '8.6',
  memoryMiB: 24_576,
  freeMiB: 24_000,
  virtual: false,
  mig: false,
  deviceNode: '/dev/nvidia0',
  powerState: 'active',
  pciId: '10de:2204',
  accessible: true,
};
const server: GpuProcess = { pid: 4711, uuid: 'GPU-1', name: 'vllm', usedMiB: 18_000, ours: false };
const free: CardsAnswer = { gpus: [card], processes: [], warnings: [] };
const taken: CardsAnswer = { ...free, processes: [server] };

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
function watch(hardware: CardsAnswer, answers: readonly (CardsAnswer | null | Error | Promise<CardsAnswer>)[]): Watch {
  const told: string[] = [];
  let asked = 0;
  const end = watchGpus({
    hardware,
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
    const { told, end } = watch(taken, sizes.map((usedMiB) => ({ ...taken, processes: [{ ...server, usedMiB }] })));
    await vi.advanceTimersByTimeAsync(10_000);
    end();
    expect(told).toEqual(['0 came, 0 went, 1 grew']);
  });

  test('does not mind our own programs', async () => {
    const { told, end } = watch(free, [{ ...taken, processes: [{ ...server, ours: true }] }]);
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
});
