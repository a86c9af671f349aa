import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awaitFirstAnswer } from '../../../../main/services/io/first-answer.ts';
import type { Slot } from '../../../../main/services/io/slot.ts';
import { servicesIn } from '../snapshots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function startingSlot(): Slot {
  const [first] = servicesIn();
  if (first === undefined) throw new Error('there are no services');
  return { service: first.service, endpoint: { origin: 'http://127.0.0.1:9', token: '' }, health: null } as unknown as Slot;
}

/** Answers that come in turn: a state, or null for a question that gets lost. */
function answering(states: readonly (string | null)[]): { readonly asked: () => number } {
  let asked = 0;
  vi.stubGlobal('fetch', (_url: string, { signal }: { readonly signal: AbortSignal }) => {
    const state = states[asked] ?? null;
    asked += 1;
    if (state !== null) return Promise.resolve(Response.json({ state, device: 'cpu', model: 'a model' }));
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  });
  return { asked: () => asked };
}

test('a question that gets lost is asked anew, and the start goes on', async () => {
  const { asked } = answering(['starting', null, 'ready']);
  let isReady = false;
  awaitFirstAnswer(startingSlot(), { onReady: () => (isReady = true), onRefused: () => undefined });
  await vi.advanceTimersByTimeAsync(5_000);
  expect({ isReady, asked: asked() }).toEqual({ isReady: false, asked: 2 });
  await vi.advanceTimersByTimeAsync(300);
  expect({ isReady, asked: asked() }).toEqual({ isReady: true, asked: 3 });
});

test('who does not want to know any more is not told, and nothing is asked', async () => {
  const { asked } = answering([null, 'ready']);
  let isReady = false;
  const asking = awaitFirstAnswer(startingSlot(), { onReady: () => (isReady = true), onRefused: () => undefined });
  await vi.advanceTimersByTimeAsync(1_000);
  asking.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect({ isReady, asked: asked() }).toEqual({ isReady: false, asked: 1 });
});
