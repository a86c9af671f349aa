import { once } from 'node:events';
import { createOutput } from '../../main/commands/output.ts';
import { atOnce, prepare, withStack } from '../../main/commands/stack.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { userFolders } from '../../main/platform/folders.ts';
import type { Supervisor } from '../../main/services/io/supervisor.ts';
import { earshotEnvironment } from './cache.ts';
import { repository } from './prepare.ts';

/** The whole stack, supervised by this very process: for tests that play many recordings into one conversation. */
export interface InProcessStack {
  readonly supervisor: Supervisor;
  readonly python: string;
  readonly stop: () => Promise<void>;
}

export async function startInProcess(): Promise<InProcessStack> {
  Object.assign(process.env, { OLLAMA_HOST: earshotEnvironment()['OLLAMA_HOST'] });
  const context = {
    output: { ...createOutput(true), say: () => undefined },
    folders: userFolders(earshotEnvironment()),
    root: repository,
    settings: defaultSettings,
    catalogue,
    signal: new AbortController().signal,
  };
  const prepared = await prepare(context, atOnce);
  const end = new AbortController();
  return new Promise((resolve, reject) => {
    const running = withStack(context, prepared, async (supervisor) => {
      resolve({
        supervisor,
        python: prepared.installation.python,
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
