import { FaultError } from '../platform/fault.ts';
import { prepareStack, type PreparationOptions, type Prepared } from '../services/io/preparation.ts';
import { waitUntilReady } from '../services/io/readiness.ts';
import { openStack } from '../services/io/running-stack.ts';
import type { Supervisor } from '../services/io/supervisor.ts';
import { serviceTitle, stateTitle } from '../services/names.ts';
import type { Context } from './context.ts';
import { progressLines, reportFault, stopped } from './output.ts';

export interface PrepareOptions {
  readonly rehash: boolean;
  readonly scope: PreparationOptions['scope'];
}

/** Starts from what is there: a question is not kept waiting for what it can be answered without. */
export const atOnce: PrepareOptions = { rehash: false, scope: 'at-once' };

/** {@link prepareStack} with its progress told to the person. */
export async function prepare(context: Context, options: PrepareOptions): Promise<Prepared> {
  const { output, signal } = context;
  const prepared = await stoppable(context, () => prepareStack({ ...context, ...options, signal, note: output.say, report: progressLines(output) }));
  if (prepared.incomplete.length > 0) {
    output.say(`Not all that your settings ask for is set up yet. ${prepared.incomplete.join(' ')} "earshot install" does it; until then Earshot works without.`);
  }
  return prepared;
}

/** Ends the process at once when it is told to stop during `work`, which installs. */
export async function stoppable<T>(context: Context, work: () => Promise<T>): Promise<T> {
  // An install is safe to kill at any point, so a stop in the middle of it needs no ceremony.
  function leave(): void {
    reportFault(context.output, stopped);
    process.exit(130);
  }
  context.signal.addEventListener('abort', leave);
  try {
    return await work();
  } finally {
    context.signal.removeEventListener('abort', leave);
  }
}

/** Starts the whole stack, hands it to `use` once ready, and ends it in order whatever happens. */
export async function withStack<T>(context: Context, prepared: Prepared, use: (supervisor: Supervisor) => Promise<T>): Promise<T> {
  const { supervisor, logPath, stop } = openStack(prepared, { ...context, say: context.output.say });
  const unwatch = supervisor.onChange(sayChanges(supervisor, context));
  try {
    supervisor.start();
    await waitUntilReady(supervisor, context.signal);
    return await use(supervisor);
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.service === undefined) throw error;
    const detail = [error.fault.detail, `What it said: ${logPath}`].filter((line) => line !== undefined).join('\n');
    throw new FaultError({ ...error.fault, detail });
  } finally {
    unwatch();
    await stop();
  }
}

/** Says each service once when it is ready, and every trouble. */
function sayChanges(supervisor: Supervisor, context: Context): () => void {
  const said = new Map<string, string>();
  return () => {
    for (const { service, state } of supervisor.snapshot()) {
      const worthSaying = state.kind === 'ready' || state.kind === 'backing-off' || state.kind === 'failed';
      const text = `${serviceTitle[service.id]} (${service.model}, ${service.device}): ${stateTitle(state)}`;
      if (!worthSaying || said.get(service.id) === text) continue;
      said.set(service.id, text);
      context.output.say(text);
    }
  };
}
