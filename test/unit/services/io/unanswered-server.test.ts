import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitUntilReady, type ServerPatience } from '../../../../main/services/io/readiness.ts';
import type { ServiceSnapshot, Supervisor } from '../../../../main/services/io/supervisor.ts';
import type { ServiceState } from '../../../../main/services/machine.ts';
import { fakeSupervisor, servicesIn } from '../snapshots.ts';

const run = { kind: 'external', endpoint: { origin: 'http://127.0.0.1:9', token: '' }, check: { kind: 'request', path: '/v1/chat/completions', body: {} } } as const;
const ready: ServiceState = { kind: 'ready', sinceMs: 0 };
const refused: ServiceState = { kind: 'backing-off', untilMs: 0, reason: 'it does not answer' };
const asked: ServiceState = { kind: 'warming', sinceMs: 0 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Services of which the language model is a server of somebody else, with a start budget of a second. */
function withServer(): { readonly supervisor: Supervisor; readonly become: (state: ServiceState) => void; readonly listeners: () => number } {
  const fake = fakeSupervisor({ origin: 'http://127.0.0.1:1', token: '' });
  let services: readonly ServiceSnapshot[] = [];
  function become(state: ServiceState): void {
    services = servicesIn({ llm: state }).map((one) => (one.service.id === 'llm' ? { ...one, service: { ...one.service, run } } : one));
    fake.become({});
  }
  become(refused);
  return { supervisor: { ...fake.supervisor, snapshot: () => services }, become, listeners: fake.listeners };
}

/** What comes of waiting for it; null while it is waited for. */
function waitFor(supervisor: Supervisor, patience?: ServerPatience): () => unknown {
  let end: unknown = null;
  void waitUntilReady(supervisor, undefined, patience).then(
    () => {
      end = 'ready';
    },
    (error: unknown) => {
      end = error;
    },
  );
  return () => end;
}

test('a server that does not answer within one start is named with its reason, also while it is being asked again', async () => {
  const { supervisor, become, listeners } = withServer();
  const end = waitFor(supervisor);
  become(asked);
  await vi.advanceTimersByTimeAsync(999);
  const early = end();
  await vi.advanceTimersByTimeAsync(1);
  expect({ early, end: end(), listeners: listeners(), timers: vi.getTimerCount() }).toMatchObject({
    early: null,
    end: { fault: { id: 'service-unreachable', service: 'llm', title: 'The language model does not run: it does not answer.' } },
    listeners: 0,
    timers: 0,
  });
});

test('a server that is waited for by what runs in the background is waited for until it answers', async () => {
  const { supervisor, become, listeners } = withServer();
  const end = waitFor(supervisor, 'for-ever');
  await vi.advanceTimersByTimeAsync(3_600_000);
  const early = end();
  become(ready);
  await vi.advanceTimersByTimeAsync(0);
  expect({ early, end: end(), listeners: listeners() }).toEqual({ early: null, end: 'ready', listeners: 0 });
});

test('a server that answers in time leaves nothing behind', async () => {
  const { supervisor, become, listeners } = withServer();
  const end = waitFor(supervisor);
  become(ready);
  await vi.advanceTimersByTimeAsync(0);
  expect({ end: end(), listeners: listeners(), timers: vi.getTimerCount() }).toEqual({ end: 'ready', listeners: 0, timers: 0 });
});
