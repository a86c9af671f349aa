import { createLive, type Live, type LiveOptions } from '../conversation/io/live.ts';
import type { EnvironmentState } from '../environment/io/slots.ts';
import { describeFault, FaultError, type Fault } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { loadCatalogue } from '../plan/io/catalogue-file.ts';
import { prepareStack, type PreparationOptions, type Prepared } from '../services/io/preparation.ts';
import { slotsInUse } from '../services/reach.ts';
import { openStack, type RunningStack, type RunningStackOptions } from '../services/io/running-stack.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';
import { loadSettings } from '../settings/store.ts';
import type { AudioLink } from './audio-link.ts';
import { changeOf } from './change.ts';
import { createCards } from './cards.ts';
import { breathMs, createOffer, quietMs } from './offer.ts';
import { watchQuiet } from './quiet.ts';
import { createReconciler, type Ended, type Preparing, type Taken, type Wish } from './reconciler.ts';
import { followCards } from './replanning.ts';
import { reopenMicrophone } from './reopen-microphone.ts';
import { withRestOf } from './rest.ts';
import { plannedOf, startRunning, type DesktopTelemetry, type Ready, type Running } from './running.ts';
import { showSetup } from './set-up.ts';
import { mayHaveLostDevices } from './sleep.ts';
import { remarkOf, type DesktopStore } from './state.ts';
import { nothingSupervised, runsOtherwise, supervisionAfter } from './supervision.ts';
import { swapDecision } from './swap.ts';

/** The voice stack as the desktop runs it: set up, started, relayed to the page, changed while it runs, stopped. */
export interface Voice {
  readonly start: () => Promise<void>;
  /** Checks every file, fetches what is damaged, and starts what runs anew. */
  readonly restart: () => Promise<void>;
  /** Takes what waits to be taken, or looks what is wanted now and goes on with what is missing of it. */
  readonly planAnew: () => Promise<void>;
  /** The person chose something that the settings say now. */
  readonly applyChoice: (byRemedy: boolean) => Promise<void>;
  /** Starts environments from the slot before again. */
  readonly rollBack: () => Promise<void>;
  readonly keepChange: () => Promise<void>;
  readonly cancelSetup: () => void;
  /** The computer has slept for about so long: whether everything still works is asked anew. */
  readonly afterSleep: (afterMs: number | null) => void;
  /** The conversation; null while nothing runs. */
  readonly live: () => Live | null;
  readonly stop: () => Promise<void>;
}

/** The slots on disk: what is started from them, and what to go back to. */
export interface Slots {
  readonly states: () => Promise<readonly EnvironmentState[]>;
  /** By the fingerprint of each environment; false when that could not be written down now. */
  readonly prove: (used: Readonly<Record<string, string>>) => Promise<boolean>;
  readonly rollBack: (id: string) => Promise<boolean>;
}

export interface VoiceOptions {
  readonly store: DesktopStore;
  readonly folders: Folders;
  readonly root: string;
  readonly link: Pick<AudioLink, 'play' | 'end' | 'drop'>;
  readonly slots: Slots;
  readonly telemetry: DesktopTelemetry;
  readonly log: (line: string) => void;
  /** Where tests take the place of the machine. */
  readonly seams?: Partial<VoiceSeams>;
}

export interface VoiceSeams {
  readonly prepare: (options: PreparationOptions) => Promise<Prepared>;
  readonly open: (prepared: Prepared, options: RunningStackOptions) => RunningStack;
  readonly converse: (options: LiveOptions) => Live;
  readonly follow: typeof followCards;
}

const usual: Wish = { rehash: false, anew: false, consent: false, byRemedy: false };
const stopped: Fault = { id: 'stopped', title: 'Setting up was stopped.', cure: 'What has arrived is kept. “Go on” fetches the rest.' };

export function createVoice(options: VoiceOptions): Voice {
  const { store, folders, root, slots, log } = options;
  const seams: VoiceSeams = { prepare: prepareStack, open: openStack, converse: createLive, follow: followCards, ...options.seams };
  let running: Running | null = null;
  let swapping: Promise<unknown> = Promise.resolve();
  let stopping = false;
  const quiet = watchQuiet(store);
  const offer = createOffer<{ readonly ready: Ready; readonly wish: Wish }>(store, quiet, () => void planAnew());
  const cards = createCards({ quiet, running: () => running, root, folders, planAnew: () => void begin(usual), log });
  const reconciler = createReconciler<Ready>({ prepare, take, begins, ended, unchanged, isRunning: () => running !== null });

  async function begin(wish: Wish): Promise<void> {
    if (!stopping) await reconciler.begin(wish);
  }

  function onEvent(event: SupervisorEvent): void {
    options.telemetry.onSupervisorEvent(event);
    cards.onEvent(event);
    store.setState(({ supervision }) => ({ supervision: supervisionAfter(supervision, event) }));
    if (event.kind === 'resumed' && mayHaveLostDevices(event.afterMs)) reopenMicrophone(store);
  }

  function begins(): void {
    offer.withdraw();
    store.setState({ unfinished: null, offeredPlan: null, ...(running === null ? { stack: { kind: 'preparing' }, services: [], wasReady: false } : {}) });
  }

  async function prepare({ scope, rehash, signal }: Preparing): Promise<Ready> {
    const shown = showSetup(store, running === null ? 'first' : 'background');
    try {
      // Read anew each time: what a person mends before pressing "Try again" is often a setting.
      const { settings, notices } = await loadSettings(folders, new Date());
      const { catalogue, notices: catalogueNotices } = await loadCatalogue(folders);
      store.setState(({ remarks }) => ({ settings, remarks: [...remarks, ...[...notices, ...catalogueNotices].map(remarkOf)] }));
      const prepared = await seams.prepare({ settings, catalogue, folders, root, rehash, scope, signal, note: log, report: shown.report });
      signal.throwIfAborted();
      shown.done();
      return { prepared, settings, catalogue, incomplete: prepared.incomplete };
    } catch (error) {
      shown.failed();
      throw error;
    }
  }

  async function take(ready: Ready, wish: Wish): Promise<Taken> {
    cards.follow(ready.prepared.waitingFor);
    if (running === null || wish.anew) {
      await swap(ready, wish);
      return 'swapped';
    }
    const forMs = quiet.forMs();
    const decision = swapDecision(running, ready, { consent: wish.consent && forMs >= breathMs, idle: forMs >= quietMs });
    switch (decision.kind) {
      case 'keep':
        store.setState({ planned: plannedOf(ready) });
        return 'kept';
      case 'ask':
        offer.make({ ready, wish }, decision.sentences, wish.consent);
        return 'offered';
      case 'apply':
        await swap(ready, wish);
        return 'swapped';
    }
  }

  function swap(ready: Ready, wish: Wish): Promise<void> {
    const done = swapping.then(() => swapNow(ready, wish));
    swapping = done.catch(() => undefined);
    return done;
  }

  async function swapNow(ready: Ready, { byRemedy }: Wish): Promise<void> {
    // Before anything ends: what cannot be opened must not cost what runs.
    const opened = seams.open(ready.prepared, { ...ready, settings: withRestOf(ready.settings, store), folders, root, say: log, onEvent, turnInFlight: options.telemetry.turnInFlight });
    const before = running?.prepared ?? null;
    if (before !== null) store.setState({ stack: { kind: 'preparing' }, services: [], wasReady: false });
    await end();
    // A quit meanwhile has nothing of this to stop.
    if (stopping) return;
    store.setState({ supervision: nothingSupervised });
    running = startRunning(ready, opened, { ...options, ...seams, planAnew: () => void begin(usual), answered: () => prove(ready.prepared) });
    const change = changeOf(before, ready.prepared, await slotStates(), byRemedy && before !== null);
    store.setState({ change });
  }

  /** What cannot be told of the slots offers no way back; what runs goes on all the same. */
  function slotStates(): Promise<readonly EnvironmentState[]> {
    return slots.states().catch((error: unknown) => {
      log(`what to go back to is not known: ${errorMessage(error)}`);
      return [];
    });
  }

  async function end(): Promise<void> {
    const ending = running;
    running = null;
    store.setState({ playing: false, pressed: false });
    await ending?.end();
  }

  /** What has answered a question needs no way back. Settles with whether that is written. */
  async function prove({ plan, installation }: Prepared): Promise<boolean> {
    store.setState({ change: null });
    return slots.prove(slotsInUse(plan, installation)).catch((error: unknown) => {
      log(`that a question was answered could not be written down: ${errorMessage(error)}`);
      return false;
    });
  }

  function ended({ error, ending, missing, wish: { byRemedy } }: Ended): void {
    if (ending === 'superseded' || ending === 'quit') return;
    const fault = ending === 'cancelled' ? stopped : faultOf(error);
    log(describeFault(fault));
    if (running === null) store.setState({ stack: { kind: 'failed', fault } });
    else store.setState({ unfinished: { fault: ending === 'cancelled' ? null : fault, missing, byRemedy } });
  }

  function unchanged({ byRemedy }: Wish): void {
    if (byRemedy) store.setState(({ remarks }) => ({ remarks: [...remarks, remarkOf('That is done.\nNothing of what runs had to be changed for it.')] }));
  }

  async function planAnew(): Promise<void> {
    const waiting = offer.take();
    // What runs otherwise than planned is mended by a start anew alone, as the plan is the same.
    if (waiting === null) await begin({ ...usual, consent: true, anew: runsOtherwise(store.getState()) });
    else await swap(waiting.ready, waiting.wish).catch((error: unknown) => { ended({ error, ending: null, missing: [], wish: waiting.wish }); });
  }

  return {
    start: () => begin(usual),
    restart: () => begin({ ...usual, rehash: true, anew: true, consent: true }),
    planAnew,
    applyChoice: (byRemedy) => begin({ ...usual, consent: true, byRemedy }),
    rollBack: () => {
      const environments = store.getState().change?.environments ?? [];
      async function first(): Promise<void> {
        for (const id of environments) await slots.rollBack(id);
      }
      return begin({ ...usual, anew: true, consent: true, first });
    },
    keepChange: async () => {
      if (running !== null) await prove(running.prepared);
    },
    cancelSetup: () => {
      const { setup } = store.getState();
      if (setup?.state !== 'running') return;
      store.setState({ setup: { ...setup, state: 'stopping' } });
      void reconciler.end('cancelled');
    },
    afterSleep: (afterMs) => running?.supervisor.afterSleep(afterMs),
    live: () => running?.live ?? null,
    stop: async () => {
      stopping = true;
      offer.withdraw();
      cards.close();
      quiet.close();
      await Promise.all([reconciler.end('quit'), swapping.then(end)]);
    },
  };
}

function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  return {
    id: 'process-crashed',
    title: `Earshot itself made a mistake: ${errorMessage(error)}`,
    cure: 'Choose “Try again”; if it happens again, please report it with the logs.',
  };
}
