import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FaultError } from '../../main/platform/fault.ts';
import { restartPolicy, type RestartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf, waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../main/services/io/supervisor.ts';
import type { Service } from '../../main/services/service.ts';
import { testHome } from '../setup/cache.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { until } from '../setup/earshot.ts';

const impatient: RestartPolicy = { ...restartPolicy, firstDelayMs: 50, giveUpAfter: 3 };
const running: Supervisor[] = [];
afterEach(async () => {
  for (const supervisor of running.splice(0)) await supervisor.stop();
});

function supervise(services: readonly Service[], policy: RestartPolicy): Supervisor {
  const supervisor = createSupervisor({ services, root: repository, policy, onLine: () => undefined });
  running.push(supervisor);
  supervisor.start();
  return supervisor;
}

/** The real language model engine with the model file named. */
async function languageModel(model: string): Promise<Service> {
  return {
    id: 'llm',
    engine: 'llama',
    model: 'smollm2-135m',
    device: 'cpu',
    needs: [],
    startBudgetMs: 60_000,
    fallback: null,
    run: {
      kind: 'process',
      module: 'earshot.engines.llama',
      python: await developerPython(),
      environment: {},
      section: () => ({ model, modelId: 'smollm2-135m', device: 'cpu', threads: 1, contextTokens: 1024 }),
    },
  };
}

const gguf = join(testHome, 'data', 'models', 'smollm2-135m', 'SmolLM2-135M-Instruct.Q4_1.gguf');
test('an engine that dies while it loads is given up with its own last words', async () => {
  const supervisor = supervise([await languageModel('/nowhere/model.gguf')], impatient);
  const fault = await waitUntilReady(supervisor).catch((error: unknown) => error);
  if (!(fault instanceof FaultError)) throw new Error('it did not fail');
  expect({ id: fault.fault.id, service: fault.fault.service, reason: fault.fault.title.includes('model.gguf') }).toEqual({
    id: 'process-crashed',
    service: 'llm',
    reason: true,
  });
});

test('a killed engine comes back on the address it had', async () => {
  const supervisor = supervise([await languageModel(gguf)], restartPolicy);
  await waitUntilReady(supervisor);
  const before = snapshotOf(supervisor, 'llm');
  process.kill(before.health?.pid ?? 0, 'SIGKILL');
  await until(() => snapshotOf(supervisor, 'llm').state.kind !== 'ready', 1_000, 'the crash to be seen');
  await waitUntilReady(supervisor);
  const after = snapshotOf(supervisor, 'llm');
  expect({ sameAddress: after.endpoint?.origin === before.endpoint?.origin, samePid: after.health?.pid === before.health?.pid }).toEqual({
    sameAddress: true,
    samePid: false,
  });
});

test('a port that somebody else took in between does not keep an engine down', async () => {
  const supervisor = supervise([await languageModel(gguf)], { ...restartPolicy, firstDelayMs: 1_000 });
  await waitUntilReady(supervisor);
  const before = snapshotOf(supervisor, 'llm');
  const port = Number(new URL(before.endpoint?.origin ?? '').port);
  process.kill(before.health?.pid ?? 0, 'SIGKILL');
  await until(() => snapshotOf(supervisor, 'llm').state.kind === 'backing-off', 5_000, 'the crash to be seen');
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
  try {
    await waitUntilReady(supervisor);
    expect(snapshotOf(supervisor, 'llm').endpoint?.origin).not.toBe(before.endpoint?.origin);
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
});

test('a server of somebody else that does not answer is named with its reason', async () => {
  const supervisor = supervise(
    [
      {
        id: 'llm',
        engine: 'external',
        model: 'x',
        device: 'external',
        needs: [],
        startBudgetMs: 5_000,
        fallback: null,
        run: { kind: 'external', endpoint: { origin: 'http://127.0.0.1:9', token: '' }, check: { kind: 'request', path: '/v1/chat/completions', body: {} } },
      },
    ],
    impatient,
  );
  const fault = await waitUntilReady(supervisor).catch((error: unknown) => error);
  if (!(fault instanceof FaultError)) throw new Error('it did not fail');
  expect({ id: fault.fault.id, said: fault.fault.title.includes('it does not answer') }).toEqual({ id: 'service-unreachable', said: true });
});
