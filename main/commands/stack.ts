import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../environment/io/install.ts';
import type { Installation } from '../environment/model.ts';
import { probe } from '../hardware/io/probe.ts';
import { catalogue } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import { plan } from '../plan/plan.ts';
import { restartPolicy } from '../services/back-off.ts';
import { waitUntilReady } from '../services/io/readiness.ts';
import { createSupervisor, type Supervisor } from '../services/io/supervisor.ts';
import { serviceTitle, stateTitle } from '../services/names.ts';
import { stackOf } from '../services/stack.ts';
import type { Context } from './context.ts';
import { progressLines } from './output.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly installation: Installation;
}

/** Probe, plan and install: the loop up to the point where something can be started. */
export async function prepare(context: Context, options: { readonly rehash: boolean } = { rehash: false }): Promise<Prepared> {
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
  const log = openLog(context);
  const supervisor = createSupervisor({
    services: stackOf({ ...prepared, catalogue, settings: context.settings, root: context.root }),
    root: context.root,
    policy: restartPolicy,
    onLine: (service, line) => {
      log(`${service}: ${line}`);
    },
  });
  const unwatch = supervisor.onChange(sayChanges(supervisor, context));
  try {
    supervisor.start();
    await waitUntilReady(supervisor, context.signal);
    return await use(supervisor);
  } finally {
    unwatch();
    await supervisor.stop();
  }
}

/** What an engine says goes to a file; a person sees states. */
function openLog(context: Context): (line: string) => void {
  mkdirSync(context.folders.logs, { recursive: true });
  const file = openSync(join(context.folders.logs, 'services.log'), 'a', 0o600);
  return (line) => {
    writeSync(file, `${new Date().toISOString()} ${line}\n`);
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
