import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { restartPolicy } from '../../main/services/back-off.ts';
import { isReady, snapshotOf } from '../../main/services/io/readiness.ts';
import { createSupervisor } from '../../main/services/io/supervisor.ts';
import type { Service } from '../../main/services/service.ts';
import { collectEvents } from '../chaos/events.ts';
import { processTree } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';
import { addressOf, ended, endSupervised, fake, onCard, post, processesOf, readyLimitMs, supervise, type Supervised } from './supervised.ts';

afterEach(endSupervised);

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
