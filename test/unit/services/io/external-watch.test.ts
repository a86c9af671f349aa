import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchExternal } from '../../../../main/services/io/external-watch.ts';
import type { ServiceEvent } from '../../../../main/services/machine.ts';
import type { ExternalRun } from '../../../../main/services/service.ts';

const run: ExternalRun = { kind: 'external', endpoint: { origin: 'http://127.0.0.1:9', token: '' }, check: { kind: 'request', path: '/v1/chat/completions', body: {} } };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What is told of a server that answers the looks after it with these states, one in each half minute. */
async function toldOf(states: readonly number[]): Promise<readonly (readonly [second: number, ServiceEvent])[]> {
  const answers = [...states];
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('busy', { status: answers.shift() ?? 200 })));
  const told: (readonly [number, ServiceEvent])[] = [];
  const startMs = performance.now();
  const end = watchExternal(run, (event) => told.push([Math.round((performance.now() - startMs) / 1_000), event]));
  await vi.advanceTimersByTimeAsync(30_000 * states.length);
  end();
  await vi.advanceTimersByTimeAsync(300_000);
  return told;
}

test('a server of somebody else that fails once is left alone; twice, it is late until it answers', async () => {
  const late: ServiceEvent = { kind: 'late', reason: 'it answered 503: busy' };
  expect(await toldOf([503, 200, 503, 503, 503, 200])).toEqual([
    [60, { kind: 'beat' }],
    [120, late],
    [150, late],
    [180, { kind: 'beat' }],
  ]);
});
