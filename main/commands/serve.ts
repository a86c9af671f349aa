import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describeFault, FaultError } from '../platform/fault.ts';
import { errorMessage } from '../platform/text.ts';
import { createCardReturn, lookAtCard, lookMeans } from '../services/io/card-return.ts';
import { goBackTo } from '../services/io/missing-cards.ts';
import { prepareStack, type Prepared } from '../services/io/preparation.ts';
import { watchServices } from '../services/io/readiness.ts';
import type { ServiceSnapshot, Supervisor } from '../services/io/supervisor.ts';
import { serviceTitle } from '../services/names.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { runAtLogin, type AtLogin } from './at-login.ts';
import type { Context } from './context.ts';
import { atOnce, prepare, runStack, withTelemetry } from './stack.ts';

export interface ServeArguments {
  /** Only has the system start it with the session from now on, or no longer. */
  readonly atLogin?: AtLogin | undefined;
}

/** `earshot serve`: the whole stack, without a window, until it is told to stop. */
export async function runServe(context: Context, { atLogin }: ServeArguments = {}): Promise<number> {
  if (atLogin !== undefined) return runAtLogin(context.output, atLogin);
  // Whoever asks an engine here asks it directly, so nobody could wake one that rests.
  const awake = { ...context, settings: { ...context.settings, rest: { llmMinutes: null, sttMinutes: null, ttsMinutes: null } } };
  return withTelemetry(awake, 'always', (telemetry) => serve(awake, telemetry));
}

/** Where tests take the place of the machine. */
export interface ServeSeams {
  readonly prepare: typeof prepare;
  /** Beside a stack that runs: whoever is told to stop meanwhile ends that in order. */
  readonly prepareBeside: (context: Context) => Promise<Prepared>;
  readonly runStack: typeof runStack;
  readonly createCardReturn: typeof createCardReturn;
}

const machine: ServeSeams = {
  prepare,
  prepareBeside: (context) => prepareStack({ ...context, ...atOnce, note: context.output.say, report: () => undefined }),
  runStack,
  createCardReturn,
};

/** What stands for the running stack while it is there. */
interface Present {
  readonly supervisor: Supervisor;
  readonly prepared: Prepared;
  readonly replace: (by: Prepared) => void;
}

/** Serves until it is told to stop, on the cards that there are: one that comes back later gets a stack of its own. */
export async function serve(context: Context, telemetry: Telemetry, seams: ServeSeams = machine): Promise<number> {
  const { output, signal } = context;
  let prepared = await seams.prepare(context, atOnce);
  let present: Present | null = null;
  /** Whether its one document is printed. */
  const document = { told: false };

  function isBusy(): boolean {
    return telemetry.turnInFlight() !== null;
  }

  const cards = seams.createCardReturn({
    look: (uuid) => lookAtCard(uuid, lookMeans(context, prepared)),
    isBusy,
    onReturn: (uuid) => {
      if (present === null || goBackTo(present.supervisor, uuid)) return;
      output.say('A graphics card that was not ready answers now. Earshot looks what can run on it.');
      void prepareAnew(() => seams.prepareBeside(context), context, uuid, { ...present, isBusy }, cards.leftOut);
    },
  });

  function tell(supervisor: Supervisor): void {
    const services = supervisor.snapshot();
    const { metricsUrl } = telemetry;
    if (document.told) output.say(serveText(services, metricsUrl, 'Earshot runs on the graphics card again; its services have new addresses.'));
    else output.result({ services: services.map(serviceDocument), metrics: metricsUrl }, serveText(services, metricsUrl, running));
    document.told = true;
  }

  try {
    for (;;) {
      const current = prepared;
      const successor = await seams.runStack(context, current, { telemetry, cards, servers: 'for-ever' }, async (supervisor) => {
        tell(supervisor);
        const replacement = new Promise<Prepared>((resolve) => {
          present = { supervisor, prepared: current, replace: resolve };
        });
        return endOf(supervisor, replacement, signal);
      }).finally(() => {
        present = null;
      });
      if (successor === null) return 0;
      prepared = successor;
    }
  } catch (error) {
    if (!document.told || !(error instanceof FaultError)) throw error;
    output.say(`${describeFault(error.fault)}\nEarshot ends with it. Start it again with "earshot serve".`);
    return 1;
  } finally {
    cards.close();
  }
}

/** How often it is looked whether the turn that keeps a new stack waiting is over. */
const lookEveryMs = 250;

/** Makes a plan with the card that has come back, beside what runs, and takes it when nobody speaks; what runs goes on where nothing better follows. */
async function prepareAnew(
  prepareBeside: () => Promise<Prepared>,
  { output, signal }: Context,
  uuid: string | null,
  { prepared, replace, isBusy }: Present & { readonly isBusy: () => boolean },
  leftOut: (uuid: string | null) => void,
): Promise<void> {
  try {
    const next = await prepareBeside();
    while (isBusy()) await sleep(lookEveryMs, undefined, { signal });
    signal.throwIfAborted();
    if (isDeepStrictEqual(next.plan.services, prepared.plan.services)) for (const card of next.waitingFor) leftOut(card.uuid);
    else replace(next);
  } catch (error) {
    if (signal.aborted) return;
    output.say(`Earshot goes on without the graphics card: ${errorMessage(error)}`);
    leftOut(uuid);
  }
}

/** What takes the place of the running stack; null when it was told to stop. A service that was given up ends it, so that whoever supervises us knows. */
async function endOf(supervisor: Supervisor, replacement: Promise<Prepared>, signal: AbortSignal): Promise<Prepared | null> {
  const over = new AbortController();
  const watched = watchServices(supervisor, AbortSignal.any([signal, over.signal]), () => false).catch((error: unknown) => {
    if (signal.aborted || over.signal.aborted) return null;
    throw error;
  });
  const end = await Promise.race([watched.then((fault) => ({ fault, next: null })), replacement.then((next) => ({ fault: null, next }))]);
  over.abort();
  if (end.fault !== null) throw new FaultError(end.fault);
  return end.next;
}

/** Address and token, so that the person who started it can use its OpenAI routes; both end with this process. */
function serviceDocument({ service, state, pid, endpoint }: ServiceSnapshot): unknown {
  return {
    id: service.id,
    engine: service.engine,
    model: service.model,
    device: service.device,
    state: state.kind,
    pid,
    url: endpoint?.origin ?? null,
    token: service.run.kind === 'process' ? (endpoint?.token ?? null) : null,
  };
}

const running = 'Earshot is running. Press Ctrl+C to stop; --json prints the tokens of the services.';

function serveText(services: readonly ServiceSnapshot[], metricsUrl: string | null, first: string): string {
  const rows = services.map(
    ({ service, endpoint }) => `  ${serviceTitle[service.id].padEnd(20)} ${service.model.padEnd(20)} ${endpoint?.origin ?? ''}`,
  );
  return [first, ...rows, ...(metricsUrl === null ? [] : [`  ${'figures'.padEnd(41)} ${metricsUrl}`])].join('\n');
}
