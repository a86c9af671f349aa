import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../environment/io/install.ts';
import type { Installation } from '../environment/model.ts';
import { probe } from '../hardware/io/probe.ts';
import { FaultError } from '../platform/fault.ts';
import { errorMessage } from '../platform/text.ts';
import { catalogue } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import { plan } from '../plan/plan.ts';
import { restartPolicy } from '../services/back-off.ts';
import { waitUntilReady } from '../services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../services/io/supervisor.ts';
import { serviceTitle, stateTitle } from '../services/names.ts';
import { stackOf } from '../services/stack.ts';
import type { Context } from './context.ts';
import { progressLines, reportFault, stopped } from './output.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly installation: Installation;
}

/** Probe, plan and install: the loop up to the point where something can be started. */
export async function prepare(context: Context, options: { readonly rehash: boolean } = { rehash: false }): Promise<Prepared> {
  // An install is safe to kill at any point, so a stop in the middle of it needs no ceremony.
  function leave(): void {
    reportFault(context.output, stopped);
    process.exit(130);
  }
  context.signal.addEventListener('abort', leave);
  try {
    return await probeAndInstall(context, options);
  } finally {
    context.signal.removeEventListener('abort', leave);
  }
}

async function probeAndInstall(context: Context, options: { readonly rehash: boolean }): Promise<Prepared> {
  const hardware = await probe({}, process.env);
  const chosen = plan(hardware, catalogue, context.settings);
  for (const note of chosen.notes) context.output.say(note);
  const installation = await install({
    plan: chosen,
    catalogue,
    settings: context.settings,
    folders: context.folders,
    root: context.root,
    rehash: options.rehash,
    report: progressLines(context.output),
  });
  return { plan: chosen, installation };
}

/** Starts the whole stack, hands it to `use` once ready, and ends it in order whatever happens. */
export async function withStack<T>(context: Context, prepared: Prepared, use: (supervisor: Supervisor) => Promise<T>): Promise<T> {
  const logPath = join(context.folders.logs, 'services.log');
  const log = openLog(context, logPath);
  const supervisor = createSupervisor({
    services: stackOf({ ...prepared, catalogue, settings: context.settings, root: context.root }),
    root: context.root,
    policy: restartPolicy,
    onLine: (service, line) => {
      log.write(`${service}: ${line}`);
    },
  });
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
    await supervisor.stop();
    log.close();
  }
}

/** Size at which the log of the services is put aside; one older is kept. */
const longestLogBytes = 5 * 1024 * 1024;

/** What an engine says goes to a file; a person sees states. A disk that fills must not end the conversation. */
function openLog(context: Context, path: string): { readonly write: (line: string) => void; readonly close: () => void } {
  mkdirSync(context.folders.logs, { recursive: true });
  if (existsSync(path) && statSync(path).size > longestLogBytes) renameSync(path, `${path}.1`);
  const file = openSync(path, 'a', 0o600);
  let writable = true;
  return {
    write: (line) => {
      if (!writable) return;
      try {
        writeSync(file, `${new Date().toISOString()} ${line}\n`);
      } catch (error) {
        writable = false;
        context.output.say(`The log ${path} is not continued: ${errorMessage(error)}`);
      }
    },
    close: () => {
      closeSync(file);
    },
  };
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
