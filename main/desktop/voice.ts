import type { Progress } from '../environment/model.ts';
import { createLive, type Live } from '../conversation/io/live.ts';
import { describeFault, FaultError, type Fault } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { loadSettings } from '../settings/store.ts';
import { prepareStack } from '../services/io/preparation.ts';
import { openStack, type RunningStack } from '../services/io/running-stack.ts';
import type { AudioLink } from './audio-link.ts';
import { remarkOf, type DesktopStore } from './state.ts';
import { hasSpeaker } from './status.ts';
import { stepsAfter, stepsAfterFailure } from './steps.ts';

/** The voice stack as the desktop runs it: set up, started, relayed to the page, stopped. */
export interface Voice {
  readonly start: () => Promise<void>;
  /** Ends what runs, checks every file and starts anew. */
  readonly restart: () => Promise<void>;
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
      store.setState(({ remarks }) => ({ settings, remarks: [...remarks, ...notices.map(remarkOf)] }));
      const prepared = await prepareStack({ ...options, settings, rehash, note: log, report: follow });
      // A quit during a long set-up has nothing of ours to stop.
      if (stopping) return;
      run(openStack(prepared, { ...options, settings, say: log }));
    } catch (error) {
      const fault = faultOf(error);
      log(describeFault(fault));
      store.setState(({ steps }) => ({ stack: { kind: 'failed', fault }, steps: stepsAfterFailure(steps) }));
    }
  }

  function run(opened: RunningStack): void {
    stack = opened;
    const { supervisor } = opened;
    function look(): void {
      if (stack === opened) store.setState({ services: supervisor.snapshot() });
    }
    supervisor.onChange(look);
    store.setState({ stack: { kind: 'running' } });
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
  }

  function end(): Promise<unknown> {
    live?.close();
    live = null;
    const running = stack;
    stack = null;
    store.setState({ playing: false, pressed: false });
    ended = Promise.all([ended, running?.stop()]);
    return ended;
  }

  return {
    start: () => start(false),
    restart: async () => {
      if (busy || stopping) return;
      busy = true;
      try {
        await end();
        await start(true);
      } finally {
        busy = false;
      }
    },
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
