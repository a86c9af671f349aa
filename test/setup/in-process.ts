import { once } from 'node:events';
import { createOutput } from '../../main/commands/output.ts';
import { atOnce, prepare, withStack } from '../../main/commands/stack.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { userFolders } from '../../main/platform/folders.ts';
import type { RestartPolicy } from '../../main/services/back-off.ts';
import { waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../../main/services/io/supervisor.ts';
import { stackOf } from '../../main/services/stack.ts';
import { earshotEnvironment } from './cache.ts';
import { repository } from './prepare.ts';

/** The whole stack, supervised by this very process: for tests that play many recordings into one conversation. */
export interface InProcessStack {
  readonly supervisor: Supervisor;
  readonly python: string;
  readonly stop: () => Promise<void>;
}

export interface InProcessOptions {
  readonly systemPrompt?: string;
  /** Who kills engines on purpose pauses the count at which they are given up. */
  readonly policy?: RestartPolicy;
}

export async function startInProcess({ systemPrompt = defaultSettings.systemPrompt, policy }: InProcessOptions = {}): Promise<InProcessStack> {
  Object.assign(process.env, { OLLAMA_HOST: earshotEnvironment()['OLLAMA_HOST'] });
  const context = {
    output: { ...createOutput(true), say: () => undefined },
    folders: userFolders(earshotEnvironment()),
    root: repository,
    settings: { ...defaultSettings, systemPrompt },
    catalogue,
    signal: new AbortController().signal,
  };
  const prepared = await prepare(context, atOnce);
  const { python } = prepared.installation;
  if (policy !== undefined) {
    const supervisor = createSupervisor({ services: stackOf({ ...prepared, ...context }), root: repository, policy, onLine: () => undefined });
    supervisor.start();
    await waitUntilReady(supervisor);
    return { supervisor, python, stop: supervisor.stop };
  }
  const end = new AbortController();
  return new Promise((resolve, reject) => {
    const running = withStack(context, prepared, async (supervisor) => {
      resolve({
        supervisor,
        python,
        stop: async () => {
          end.abort();
          await running;
        },
      });
      await once(end.signal, 'abort');
    });
    running.catch(reject);
  });
}
