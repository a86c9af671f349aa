import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { restartPolicy } from '../../main/services/back-off.ts';
import { isReady, snapshotOf } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../../main/services/io/supervisor.ts';
import type { Service, ServiceId } from '../../main/services/service.ts';
import { collectEvents, type Events } from '../chaos/events.ts';
import { fakeService } from '../chaos/fake-service.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { processTree } from '../setup/earshot.ts';

const card = 'GPU-11111111-2222-3333-4444-555555555555';
const readyLimitMs = 30_000;
const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ended.splice(0).map(async (end) => end()));
});

interface Supervised {
  readonly supervisor: Supervisor;
  readonly events: Events;
}

/** Fake engines under a supervisor, all of them ready. */
async function supervise(services: readonly Service[], options: Partial<SupervisorOptions> = {}): Promise<Supervised> {
  const events = collectEvents();
  const supervisor = createSupervisor({ services, root: repository, policy: restartPolicy, onLine: () => undefined, onEvent: events.tell, ...options });
  ended.push(supervisor.stop);
  supervisor.start();
  await Promise.all(services.map(async ({ id }) => events.first('ready', 0, readyLimitMs, ({ service }) => service === id)));
  return { supervisor, events };
}

async function fake(id: ServiceId, faults: Readonly<Record<string, unknown>> = {}, device = 'cpu'): Promise<Service> {
  const place = { root: repository, python: await developerPython(), environment: {} };
  return { ...fakeService(id, place, () => ({ device, modelId: 'fake', beatS: 0.5, faults })), device };
}

/** An engine on a graphics card, with the processor to fall back on. */
async function onCard(id: ServiceId, faults: Readonly<Record<string, unknown>> = {}): Promise<Service> {
  return { ...(await fake(id, faults, card)), fallback: await fake(id) };
}

async function post(supervisor: Supervisor, id: ServiceId, path: string, body: unknown = {}): Promise<number> {
  const { endpoint } = snapshotOf(supervisor, id);
  if (endpoint === null) throw new Error(`${id} has no address`);
  const response = await fetch(`${endpoint.origin}${path}`, { method: 'POST', headers: { authorization: `Bearer ${endpoint.token}` }, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

function processesOf(supervisor: Supervisor, id: ServiceId): { readonly engine: number; readonly shim: number } {
  const { health, pid } = snapshotOf(supervisor, id);
  if (health?.pid == null || pid === null) throw new Error(`${id} does not run`);
  return { engine: health.pid, shim: pid };
}

function addressOf(supervisor: Supervisor, id: ServiceId): string | undefined {
  return snapshotOf(supervisor, id).endpoint?.origin;
}

test('an engine that crashes is shown as down within a quarter of a second, started again within a second, on the address it had', async () => {
  const { supervisor, events } = await supervise([await fake('llm')]);
  const address = addressOf(supervisor, 'llm');
  const atMs = performance.now();
  process.kill(processesOf(supervisor, 'llm').engine, 'SIGKILL');
  const shown = await events.first('state', atMs, 5_000, ({ to }) => to === 'backing-off');
  const spawned = await events.first('spawned', atMs, 5_000);
  await events.first('ready', atMs, readyLimitMs);
  const { event } = await events.first('crashed', atMs, 0);
  const { restarts } = snapshotOf(supervisor, 'llm');
  expect({ shown: shown.atMs - atMs <= 250, spawned: spawned.atMs - atMs <= 1_000, cause: event.cause, restarts, address: addressOf(supervisor, 'llm') }).toEqual({
    shown: true,
    spawned: true,
    cause: 'killed',
    restarts: 1,
    address,
  });
});

const hangs: Readonly<Record<string, (supervised: Supervised) => unknown>> = {
  stopped: ({ supervisor }) => process.kill(processesOf(supervisor, 'llm').engine, 'SIGSTOP'),
  'stopped with its shim': ({ supervisor }) => process.kill(-processesOf(supervisor, 'llm').shim, 'SIGSTOP'),
  'with the interpreter held': ({ supervisor }) => post(supervisor, 'llm', '/fault', { kind: 'hold-gil' }),
  'with an event loop that stands still': ({ supervisor }) => post(supervisor, 'llm', '/fault', { kind: 'hang-loop' }),
};

test('an engine that hangs is noticed within seven seconds and back within twelve more than a load', async () => {
  // Side by side: most of it is waiting.
  const seen = await Promise.all(Object.entries(hangs).map(async ([manner, hang]) => [manner, await hungAndBack(hang)] as const));
  const expected = { degradedFirst: true, noticedInTime: true, backInTime: true, cause: 'hung', reason: 'it has not given a sign of life for 6 s', left: [] };
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(hangs).map((manner) => [manner, expected])));
});

async function hungAndBack(hang: (supervised: Supervised) => unknown): Promise<unknown> {
  const supervised = await supervise([await fake('llm')]);
  const { supervisor, events } = supervised;
  const before = processesOf(supervisor, 'llm');
  const atMs = performance.now();
  await hang(supervised);
  const degraded = await events.first('state', atMs, 15_000, ({ to }) => to === 'degraded');
  const noticed = await events.first('state', atMs, 15_000, ({ to }) => to === 'stopping');
  const ready = await events.first('ready', atMs, readyLimitMs);
  const { event } = await events.first('crashed', atMs, 0);
  return {
    degradedFirst: degraded.atMs < noticed.atMs,
    noticedInTime: noticed.atMs - atMs <= 7_000,
    backInTime: ready.atMs - atMs <= 12_000 + ready.event.loadMs,
    cause: event.cause,
    reason: event.reason,
    left: [before.engine, before.shim].filter((pid) => processTree(pid).length > 0),
  };
}

test('an engine that is only slow is shown as such and left alone', async () => {
  const { supervisor, events } = await supervise([await fake('llm')]);
  const { engine } = processesOf(supervisor, 'llm');
  const atMs = performance.now();
  process.kill(engine, 'SIGSTOP');
  await events.first('state', atMs, 15_000, ({ to }) => to === 'degraded');
  const usable = isReady(snapshotOf(supervisor, 'llm'));
  process.kill(engine, 'SIGCONT');
  await events.first('state', atMs, 5_000, ({ from, to }) => from === 'degraded' && to === 'ready');
  expect({ usable, same: processesOf(supervisor, 'llm').engine === engine }).toEqual({ usable: true, same: true });
});

test('an engine whose graphics card fails runs on the processor, and on the card again when that is well', async () => {
  const { supervisor, events } = await supervise([await onCard('stt')]);
  const address = addressOf(supervisor, 'stt');
  const atMs = performance.now();
  await post(supervisor, 'stt', '/fault', { kind: 'dead-device', text: 'CUDA error: an illegal memory access was encountered' });
  await sleep(100);
  await post(supervisor, 'stt', '/call').catch(() => undefined);
  const fellBack = await events.first('fell-back', atMs, 5_000);
  await events.first('ready', atMs, readyLimitMs);
  const onProcessor = snapshotOf(supervisor, 'stt');
  expect({
    event: { from: fellBack.event.from, to: fellBack.event.to, fault: fellBack.event.finding.fault },
    runs: onProcessor.service.device,
    planned: onProcessor.planned.device,
    told: onProcessor.onFallback?.fault,
    address: addressOf(supervisor, 'stt'),
  }).toEqual({
    event: { from: card, to: 'cpu', fault: 'illegal-memory-access' },
    runs: 'cpu',
    planned: card,
    told: 'illegal-memory-access',
    address,
  });

  supervisor.goBack('GPU-another');
  const stayed = snapshotOf(supervisor, 'stt').state.kind;
  supervisor.goBack(card);
  const returned = await events.first('returned', atMs, readyLimitMs);
  const onCardAgain = snapshotOf(supervisor, 'stt');
  expect({ stayed, device: returned.event.device, runs: onCardAgain.service.device, told: onCardAgain.onFallback }).toEqual({ stayed: 'ready', device: card, runs: card, told: null });
});

test('an engine that says it is not where it was planned is told of once', async () => {
  const { supervisor, events } = await supervise([await onCard('tts', { device: 'cpu' })]);
  const atMs = performance.now();
  process.kill(processesOf(supervisor, 'tts').engine, 'SIGKILL');
  await events.first('ready', atMs, readyLimitMs);
  const findings = events.all().flatMap(({ event }) => (event.kind === 'finding' ? [event.finding.fault] : []));
  expect(findings).toEqual(['gpu-idle-while-planned']);
});

test('an engine that nobody needs rests, and wakes on the address that the conversation knows', async () => {
  const needy: Service = { ...(await fake('conversation')), needs: ['llm'] };
  const { supervisor, events } = await supervise([await fake('llm'), needy], { idleAfterMs: (id) => (id === 'llm' ? 1_000 : null) });
  const address = addressOf(supervisor, 'llm');
  const { engine } = processesOf(supervisor, 'llm');
  await events.first('rested', 0, 10_000);
  const resting = snapshotOf(supervisor, 'llm');
  const whileResting = { state: resting.state, usable: isReady(resting), pid: resting.pid, address: resting.endpoint?.origin, left: processTree(engine).length };
  const atMs = performance.now();
  supervisor.wake();
  await events.first('woken', atMs, 100);
  await events.first('ready', atMs, readyLimitMs);
  expect({ whileResting, address: addressOf(supervisor, 'llm'), conversation: snapshotOf(supervisor, 'conversation').restarts }).toEqual({
    whileResting: { state: { kind: 'stopped', because: 'idle' }, usable: true, pid: null, address, left: 0 },
    address,
    conversation: 0,
  });
});

test('an engine that works, or is needed, does not rest', async () => {
  const { supervisor, events } = await supervise([await fake('llm', { slowS: 4 })], { idleAfterMs: () => 1_500 });
  const status = await post(supervisor, 'llm', '/call');
  const restedAtWork = events.all().some(({ event }) => event.kind === 'rested');
  for (let time = 0; time < 4; time += 1) {
    supervisor.wake();
    await sleep(800);
  }
  const restedThough = events.all().some(({ event }) => event.kind === 'rested');
  await events.first('rested', 0, 10_000);
  expect({ status, restedAtWork, restedThough }).toEqual({ status: 200, restedAtWork: false, restedThough: false });
});

test('what a service that starts needs may rest meanwhile', async () => {
  const needy: Service = { ...(await fake('conversation')), needs: ['llm'] };
  const { supervisor, events } = await supervise([await fake('llm'), needy], { idleAfterMs: (id) => (id === 'llm' ? 1_000 : null) });
  await events.first('rested', 0, 10_000);
  const atMs = performance.now();
  process.kill(processesOf(supervisor, 'conversation').engine, 'SIGKILL');
  await events.first('ready', atMs, readyLimitMs, ({ service }) => service === 'conversation');
  expect(snapshotOf(supervisor, 'llm').state).toEqual({ kind: 'stopped', because: 'idle' });
});

describe('after a sleep', () => {
  test('what is well goes on, and what has lost its card runs on the processor, within ten seconds', async () => {
    const { supervisor, events } = await supervise([await onCard('stt'), await fake('tts')]);
    const { engine } = processesOf(supervisor, 'tts');
    await post(supervisor, 'stt', '/fault', { kind: 'dead-device' });
    await sleep(100);
    const atMs = performance.now();
    supervisor.afterSleep(60_000);
    const ready = await events.first('ready', atMs, readyLimitMs);
    await events.first('resumed', atMs, 0, ({ afterMs }) => afterMs === 60_000);
    expect({ service: ready.event.service, device: ready.event.device, inTime: ready.atMs - atMs <= 10_000, other: processesOf(supervisor, 'tts').engine === engine }).toEqual({
      service: 'stt',
      device: 'cpu',
      inTime: true,
      other: true,
    });
  });

  test('an engine that beats and does not answer any more is started again within ten seconds, with the reason', async () => {
    const { supervisor, events } = await supervise([await fake('llm', { slowS: 60 })]);
    const atMs = performance.now();
    supervisor.afterSleep(null);
    const spawned = await events.first('spawned', atMs, 15_000);
    const { event } = await events.first('crashed', atMs, 0);
    expect({ inTime: spawned.atMs - atMs <= 10_000, reason: event.reason }).toEqual({
      inTime: true,
      reason: 'it did not pass its check after the computer had slept: it did not answer in time',
    });
  });
});

test('a start that takes longer than starts have taken here is ended, and started again', async () => {
  const events = collectEvents();
  const supervisor = createSupervisor({
    services: [await fake('llm', { loadS: 60 })],
    root: repository,
    policy: restartPolicy,
    onLine: () => undefined,
    onEvent: events.tell,
    coldLoads: { budgetMs: () => 2_000, note: () => undefined },
  });
  ended.push(supervisor.stop);
  supervisor.start();
  const { event } = await events.first('crashed', 0, 10_000);
  const atMs = performance.now();
  await events.first('spawned', atMs, 5_000);
  expect({ cause: event.cause, reason: event.reason }).toEqual({ cause: 'hung', reason: 'it was not ready after 2 s' });
});

test('the time that a start took is noted for the next one', async () => {
  const noted: string[] = [];
  await supervise([await fake('llm')], {
    coldLoads: {
      budgetMs: () => 30_000,
      note: ({ id }, loadMs) => {
        noted.push(`${id} ${loadMs > 10 && loadMs < readyLimitMs}`);
      },
    },
  });
  expect(noted).toEqual(['llm true']);
});

test('everything is gone within five seconds of a quit, whatever hangs, rests or waits for its next start', async () => {
  const conversation: Service = { ...(await fake('conversation')), needs: ['stt', 'llm', 'tts'] };
  const { supervisor, events } = await supervise([await fake('stt'), await fake('llm'), await fake('tts'), conversation], {
    idleAfterMs: (id) => (id === 'llm' ? 500 : null),
    policy: { ...restartPolicy, firstDelayMs: 20_000 },
  });
  const known = (['stt', 'tts', 'conversation'] as const).map((id) => processesOf(supervisor, id));
  await events.first('rested', 0, 10_000);
  process.kill(processesOf(supervisor, 'tts').engine, 'SIGKILL');
  await events.first('state', 0, 5_000, ({ service, to }) => service === 'tts' && to === 'backing-off');
  process.kill(-processesOf(supervisor, 'stt').shim, 'SIGSTOP');
  process.kill(-processesOf(supervisor, 'conversation').shim, 'SIGSTOP');
  const atMs = performance.now();
  await supervisor.stop();
  expect({
    inTime: performance.now() - atMs <= 5_000,
    states: supervisor.snapshot().map(({ state }) => state.kind),
    left: known.flatMap(({ engine, shim }) => [engine, shim]).filter((pid) => processTree(pid).length > 0),
  }).toEqual({ inTime: true, states: ['stopped', 'stopped', 'stopped', 'stopped'], left: [] });
});

test('a hang that is being ended does not keep a quit waiting', async () => {
  const { supervisor, events } = await supervise([await fake('stt')], { liveness: { lateAfterMs: 1_000, silentAfterMs: 1_500, tickMs: 250, jumpMs: 1_500, stuckAfterMs: 120_000 } });
  process.kill(-processesOf(supervisor, 'stt').shim, 'SIGSTOP');
  await events.first('state', 0, 10_000, ({ to }) => to === 'stopping');
  const atMs = performance.now();
  await supervisor.stop();
  expect({ inTime: performance.now() - atMs <= 5_000, state: snapshotOf(supervisor, 'stt').state.kind }).toEqual({ inTime: true, state: 'stopped' });
});
