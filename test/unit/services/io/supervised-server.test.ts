import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { patientPolicy, restartPolicy } from '../../../../main/services/back-off.ts';
import { createSupervisor, type Supervisor } from '../../../../main/services/io/supervisor.ts';
import type { Service } from '../../../../main/services/service.ts';
import type { SupervisorEvent } from '../../../../main/services/supervisor-event.ts';

const server: Service = {
  id: 'llm',
  engine: 'ollama',
  model: 'x',
  device: 'external',
  needs: [],
  startBudgetMs: 5_000,
  fallback: null,
  run: { kind: 'external', endpoint: { origin: 'http://127.0.0.1:9', token: '' }, check: { kind: 'request', path: '/v1/chat/completions', body: {} } },
};
const minuteMs = 60_000;

let answers = false;
let asked = 0;
beforeEach(() => {
  vi.useFakeTimers();
  answers = false;
  asked = 0;
  vi.stubGlobal('fetch', () => {
    asked += 1;
    return answers ? Promise.resolve(new Response('{}')) : Promise.reject(new Error('refused'));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function supervise(isPatient: boolean): { readonly supervisor: Supervisor; readonly events: SupervisorEvent[] } {
  const events: SupervisorEvent[] = [];
  const supervisor = createSupervisor({
    services: [server],
    root: '/',
    policy: restartPolicy,
    ...(isPatient ? { serverPolicy: patientPolicy } : {}),
    onLine: () => undefined,
    onEvent: (event) => events.push(event),
  });
  supervisor.start();
  return { supervisor, events };
}

test('a server that is started half an hour after us is asked every half minute, told of once, and used', async () => {
  const { supervisor, events } = supervise(true);
  await vi.advanceTimersByTimeAsync(30 * minuteMs);
  const waited = { state: supervisor.snapshot()[0]?.state.kind, asked: asked > 50 && asked < 90 };
  const told = events.map((event) => (event.kind === 'state' ? event.to : event.kind));
  answers = true;
  await vi.advanceTimersByTimeAsync(minuteMs);
  const [snapshot] = supervisor.snapshot();
  await supervisor.stop();
  expect({ waited, told, state: snapshot?.state.kind, ready: events.filter(({ kind }) => kind === 'ready').length }).toEqual({
    waited: { state: 'backing-off', asked: true },
    told: ['starting', 'warming', 'crashed', 'backing-off'],
    state: 'ready',
    ready: 1,
  });
});

test('a server is given up as anything else where no more patience was asked for', async () => {
  const { supervisor, events } = supervise(false);
  await vi.advanceTimersByTimeAsync(minuteMs);
  await supervisor.stop();
  expect([supervisor.snapshot()[0]?.state.kind, asked, events.at(-1)?.kind]).toEqual(['failed', restartPolicy.giveUpAfter, 'gave-up']);
});
