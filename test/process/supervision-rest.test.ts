import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { isReady, snapshotOf } from '../../main/services/io/readiness.ts';
import type { Service } from '../../main/services/service.ts';
import { processTree } from '../setup/earshot.ts';
import { addressOf, endSupervised, fake, post, processesOf, readyLimitMs, supervise } from './supervised.ts';

afterEach(endSupervised);

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

test('an engine does not rest while somebody waits for an answer', async () => {
  let isNeeded = true;
  const { events } = await supervise([await fake('llm')], { idleAfterMs: () => 500, isNeeded: () => isNeeded });
  await sleep(2_000);
  const restedThough = events.all().some(({ event }) => event.kind === 'rested');
  isNeeded = false;
  await events.first('rested', 0, 10_000);
  expect(restedThough).toBe(false);
});

test('an engine that is needed while it goes to rest comes back at once, and that is no crash', async () => {
  const { supervisor, events } = await supervise([await fake('llm')], { idleAfterMs: () => 1_000 });
  const { engine } = processesOf(supervisor, 'llm');
  await events.first('state', 0, 10_000, ({ to }) => to === 'stopping');
  const atMs = performance.now();
  supervisor.wake();
  await events.first('woken', atMs, 100);
  await events.first('ready', atMs, readyLimitMs);
  const { restarts } = snapshotOf(supervisor, 'llm');
  expect({ another: processesOf(supervisor, 'llm').engine !== engine, restarts, rested: events.all().some(({ event }) => event.kind === 'rested') }).toEqual({ another: true, restarts: 0, rested: false });
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
