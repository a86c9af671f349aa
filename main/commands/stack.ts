import { FaultError } from '../platform/fault.ts';
import { createCardReturn, lookAtCard, lookMeans, type CardReturn } from '../services/io/card-return.ts';
import { followMissingCards, goBackTo } from '../services/io/missing-cards.ts';
import { prepareStack, type PreparationOptions, type Prepared } from '../services/io/preparation.ts';
import { reapLeftovers } from '../services/io/process-records.ts';
import { waitUntilReady, type ServerPatience } from '../services/io/readiness.ts';
import { openStack } from '../services/io/running-stack.ts';
import type { Supervisor } from '../services/io/supervisor.ts';
import { serviceTitle, stateTitle } from '../services/names.ts';
import { openTelemetry, type TelemetryOptions } from '../telemetry/io/telemetry.ts';
import { findingNote } from '../telemetry/journal.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
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
  // Before anything is measured: what a killed Earshot left behind holds memory that is to be planned with.
  const ended = await reapLeftovers(context.folders);
  if (ended.length > 0) output.say(`An Earshot that was ended abruptly had left something running (${ended.join(', ')}). It was ended now.`);
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

/** Opens the journal and the figures for as long as `use` takes. */
export async function withTelemetry<T>(context: Context, serveMetrics: TelemetryOptions['serveMetrics'], use: (telemetry: Telemetry) => Promise<T>): Promise<T> {
  const { folders, settings, output } = context;
  const telemetry = await openTelemetry({ folders, settings, say: output.say, serveMetrics });
  const silence = telemetry.onEntry(({ kind, text }) => {
    if (saidKinds.has(kind)) output.say(text);
  });
  try {
    return await use(telemetry);
  } finally {
    silence();
    await telemetry.close();
  }
}

/** What a person is told of as it happens, beside the states of the services: {@link sayChanges}. */
const saidKinds: ReadonlySet<string> = new Set(['fell-back', 'returned', 'finding', 'hung', 'late', 'on-time', 'resumed']);

/** What a stack is run with. */
export interface RunMeans {
  readonly telemetry: Telemetry;
  readonly cards: CardReturn;
  /** For how long a server of somebody else is waited for. */
  readonly servers: ServerPatience;
}

/** Starts the whole stack, hands it to `use` once ready, and ends it in order whatever happens. */
export async function withStack<T>(context: Context, prepared: Prepared, use: (supervisor: Supervisor, telemetry: Telemetry) => Promise<T>): Promise<T> {
  return withTelemetry(context, 'when-asked', async (telemetry) => {
    const running: { supervisor: Supervisor | null } = { supervisor: null };
    const cards = createCardReturn({
      look: (uuid) => lookAtCard(uuid, lookMeans(context, prepared)),
      isBusy: () => telemetry.turnInFlight() !== null,
      // A card that was left out at the start is for the next start.
      onReturn: (uuid) => {
        if (running.supervisor !== null) goBackTo(running.supervisor, uuid);
      },
    });
    try {
      return await runStack(context, prepared, { telemetry, cards, servers: 'one-start' }, (supervisor) => {
        running.supervisor = supervisor;
        return use(supervisor, telemetry);
      });
    } finally {
      cards.close();
    }
  });
}

/** {@link withStack} with a journal and a memory of cards that outlive this stack. */
export async function runStack<T>(context: Context, prepared: Prepared, { telemetry, cards, servers }: RunMeans, use: (supervisor: Supervisor) => Promise<T>): Promise<T> {
  const { supervisor, logPath, stop } = openStack(prepared, {
    ...context,
    say: context.output.say,
    onEvent: telemetry.onSupervisorEvent,
    turnInFlight: telemetry.turnInFlight,
  });
  const endings = [supervisor.onChange(sayChanges(supervisor, context)), telemetry.follow(supervisor, prepared.plan), followMissingCards(supervisor, prepared, cards)];
  // The person has read them already: see `prepareStack`.
  for (const finding of prepared.findings) telemetry.note({ ...findingNote(finding), kind: 'left-out' });
  try {
    supervisor.start();
    await waitUntilReady(supervisor, context.signal, servers);
    return await use(supervisor);
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.service === undefined) throw error;
    const detail = [error.fault.detail, `What it said: ${logPath}`].filter((line) => line !== undefined).join('\n');
    throw new FaultError({ ...error.fault, detail });
  } finally {
    try {
      for (const end of endings) end();
    } finally {
      await stop();
    }
  }
}

/** Says each service once when it is ready, and every trouble. */
function sayChanges(supervisor: Supervisor, context: Context): () => void {
  const said = new Map<string, string>();
  return () => {
    for (const { service, state } of supervisor.snapshot()) {
      const worthSaying = state.kind === 'ready' || state.kind === 'backing-off' || state.kind === 'failed';
      const text = `${serviceTitle[service.id]} (${service.model}, ${service.device}): ${stateTitle(state, service.run.kind)}`;
      if (!worthSaying || said.get(service.id) === text) continue;
      said.set(service.id, text);
      context.output.say(text);
    }
  };
}
