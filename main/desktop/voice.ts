import type { Progress } from '../environment/model.ts';
import { createLive, type Live } from '../conversation/io/live.ts';
import { describeFault, FaultError, type Fault } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { loadSettings } from '../settings/store.ts';
import { loadCatalogue } from '../plan/io/catalogue-file.ts';
import { prepareStack, type Prepared } from '../services/io/preparation.ts';
import { processesBelow } from '../services/io/own-processes.ts';
import { openStack, type RunningStack } from '../services/io/running-stack.ts';
import type { AudioLink } from './audio-link.ts';
import { followCards } from './replanning.ts';
import { remarkOf, type DesktopStore } from './state.ts';
import { hasSpeaker } from './status.ts';
import { stepsAfter, stepsAfterFailure } from './steps.ts';

/** The voice stack as the desktop runs it: set up, started, relayed to the page, stopped. */
export interface Voice {
  readonly start: () => Promise<void>;
  /** Ends what runs, checks every file and starts anew. */
  readonly restart: () => Promise<void>;
  /** The same for a machine that has changed: nothing on disk is doubted. */
  readonly planAnew: () => Promise<void>;
  /** The conversation; null while nothing runs. */
  readonly live: () => Live | null;
  readonly stop: () => Promise<void>;
}

export interface VoiceOptions {
  readonly store: DesktopStore;
  readonly folders: Folders;
  readonly root: string;
  readonly link: Pick<AudioLink, 'play' | 'end' | 'drop'>;
  readonly log: (line: string) => void;
}

export function createVoice(options: VoiceOptions): Voice {
  const { store, folders, link, log } = options;
  let stack: RunningStack | null = null;
  let live: Live | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  let unfollowCards: (() => void) | null = null;
  let busy = false;
  let stopping = false;

  function follow(progress: Progress): void {
    store.setState(({ steps }) => ({ steps: stepsAfter(steps, progress) }));
  }

  async function start(rehash: boolean): Promise<void> {
    store.setState({ stack: { kind: 'preparing' }, steps: [], services: [], wasReady: false });
    try {
      // Read anew at each start: what a person mends before pressing "Try again" is often a setting.
      const { settings, notices } = await loadSettings(folders, new Date());
      const { catalogue, notices: catalogueNotices } = await loadCatalogue(folders);
      store.setState(({ remarks }) => ({ settings, remarks: [...remarks, ...[...notices, ...catalogueNotices].map(remarkOf)] }));
      const prepared = await prepareStack({ ...options, settings, catalogue, rehash, note: log, report: follow });
      // A quit during a long set-up has nothing of ours to stop.
      if (stopping) return;
      run(prepared, openStack(prepared, { ...options, settings, catalogue, say: log }));
    } catch (error) {
      const fault = faultOf(error);
      log(describeFault(fault));
      store.setState(({ steps }) => ({ stack: { kind: 'failed', fault }, steps: stepsAfterFailure(steps) }));
    }
  }

  function run(prepared: Prepared, opened: RunningStack): void {
    stack = opened;
    const { supervisor } = opened;
    function look(): void {
      if (stack === opened) store.setState({ services: supervisor.snapshot() });
    }
    supervisor.onChange(look);
    store.setState({ stack: { kind: 'running' }, planned: prepared });
    supervisor.start();
    look();
    live = createLive({
      supervisor,
      before: store.getState().exchanges,
      hasSpeaker: () => hasSpeaker(store.getState()),
      onConnected: () => { store.setState({ wasReady: true }); },
      onExchanges: (exchanges) => { store.setState({ exchanges }); },
      onReply: link.play,
      onReplyEnd: link.end,
      onReplyDropped: link.drop,
      onPlaying: (playing) => { store.setState({ playing }); },
    });
    unfollowCards = followCards(prepared, {
      store,
      folders,
      ownPids: () => processesBelow(process.pid),
      planAnew: () => {
        startAnew(false).catch((error: unknown) => { log(`could not be started anew: ${errorMessage(error)}`); });
      },
      log,
    });
  }

  function end(): Promise<unknown> {
    unfollowCards?.();
    unfollowCards = null;
    live?.close();
    live = null;
    const running = stack;
    stack = null;
    store.setState({ playing: false, pressed: false });
    ended = Promise.all([ended, running?.stop()]);
    return ended;
  }

  async function startAnew(rehash: boolean): Promise<void> {
    if (busy || stopping) return;
    busy = true;
    try {
      await end();
      await start(rehash);
    } finally {
      busy = false;
    }
  }

  return {
    start: () => start(false),
    restart: () => startAnew(true),
    planAnew: () => startAnew(false),
    live: () => live,
    stop: async () => {
      stopping = true;
      await end();
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
