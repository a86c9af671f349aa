import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { restartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../main/services/io/supervisor.ts';
import { collectEvents } from '../chaos/events.ts';
import { fakeService } from '../chaos/fake-service.ts';
import { processTree, until } from '../setup/earshot.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { startStack, type RunningStack } from '../setup/running-stack.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

/** Twice as long as a hang takes to be noticed, or what people call a nap. */
const sleepMs = isVerifying ? 60_000 : 12_000;
const healthyLimitMs = 10_000;
/** After a false alarm a restart would follow within this time. */
const alarmMs = 9_000;
const services = ['stt', 'llm', 'tts', 'conversation'];
const running: { readonly stop: () => Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<RunningStack> {
  const stack = await startStack(env);
  running.push(stack);
  return stack;
}

function pidsOf({ pid }: RunningStack): readonly number[] {
  return processTree(pid).map((entry) => entry.pid).sort((a, b) => a - b);
}

/** Settles with the time it took until every service says that it is ready. */
async function readyAfterMs(stack: RunningStack): Promise<number> {
  const fromMs = performance.now();
  await Promise.all(
    services.map(async (id) => {
      const { url, token } = stack.service(id);
      const answer = await fetch(`${url}/health`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(healthyLimitMs) });
      expect(await answer.json()).toMatchObject({ state: 'ready' });
    }),
  );
  return performance.now() - fromMs;
}

/** Lets each engine answer once for real, one after the other: what each of them shows is that it can. */
async function answerOnce(stack: RunningStack): Promise<void> {
  for (const id of services) {
    const { url, token } = stack.service(id);
    const answer = await fetch(`${url}/check`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${id}: ${answer.status} ${await answer.text()}`);
  }
}

test(`after ${sleepMs / 1000} s of sleep everything goes on as it was`, async () => {
  const stack = await start();
  const before = pidsOf(stack);
  for (const pid of before) process.kill(pid, 'SIGSTOP');
  await sleep(sleepMs);
  for (const pid of before) process.kill(pid, 'SIGCONT');
  const tookMs = await readyAfterMs(stack);
  recordFigure({ name: `P10 all processes stopped for ${sleepMs / 1000} s: every service ready`, value: `${Math.round(tookMs)} ms`, bound: `≤ ${healthyLimitMs} ms` });
  // Long enough for a false alarm, and for the check that the supervisor makes by itself.
  await sleep(alarmMs);
  await answerOnce(stack);
  expect({ pids: pidsOf(stack), inTime: tookMs <= healthyLimitMs }).toEqual({ pids: before, inTime: true });
});

test('a clock that is set an hour forward and then back restarts nothing', async () => {
  const file = join(temporaryFolder(), 'shift');
  const clock = join(temporaryFolder(), 'shifted-clock.cjs');
  await build({ entryPoints: [join(repository, 'test', 'fakes', 'shifted-clock.ts')], outfile: clock, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  const stack = await start({ NODE_OPTIONS: `--require ${clock}`, EARSHOT_FAKE_CLOCK: file });
  const before = pidsOf(stack);
  for (const shiftMs of ['3600000', '-3600000']) {
    process.kill(stack.pid, 'SIGUSR2');
    await until(() => shiftOf(file) === shiftMs, 5_000, 'the clock to jump');
    await sleep(alarmMs);
    await answerOnce(stack);
    expect(pidsOf(stack)).toEqual(before);
  }
});

function shiftOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It has not jumped yet.
    return '';
  }
}

test('a card that is dead after sleep: the engine comes back on the processor, with a cure', async () => {
  const place = { root: repository, python: await developerPython(), environment: {} };
  const card = 'GPU-11111111-2222-3333-4444-555555555555';
  const onProcessor = fakeService('stt', place);
  const onCard = { ...fakeService('stt', place, () => ({ device: card, modelId: 'fake', faults: {} })), device: card, fallback: onProcessor };
  const events = collectEvents();
  const supervisor: Supervisor = createSupervisor({ services: [onCard], root: repository, policy: restartPolicy, onLine: () => undefined, onEvent: events.tell });
  running.push(supervisor);
  supervisor.start();
  await events.first('ready', 0, 20_000);
  const { endpoint } = snapshotOf(supervisor, 'stt');
  if (endpoint === null) throw new Error('it has no address');
  await fetch(`${endpoint.origin}/fault`, { method: 'POST', headers: { authorization: `Bearer ${endpoint.token}` }, body: JSON.stringify({ kind: 'dead-device' }) });
  // It dies of its next call, not before.
  await sleep(100);

  const fromMs = performance.now();
  supervisor.afterSleep(60_000);
  const ready = await events.first('ready', fromMs, 20_000);
  const tookMs = ready.atMs - fromMs;
  recordFigure({ name: 'P10 dead CUDA context after sleep (fake engine): ready on the processor', value: `${Math.round(tookMs)} ms`, bound: `≤ ${healthyLimitMs} ms` });
  const { event: fell } = await events.first('fell-back', fromMs, 1_000);
  const { service, onFallback } = snapshotOf(supervisor, 'stt');
  expect({ from: fell.from, to: fell.to, runsOn: service.device, fault: onFallback?.fault, cures: (onFallback?.remedies.length ?? 0) > 0, inTime: tookMs <= healthyLimitMs }).toEqual({
    from: card,
    to: 'cpu',
    runsOn: 'cpu',
    fault: 'launch-failure',
    cures: true,
    inTime: true,
  });
});
