import { createLive, type Live } from '../conversation/io/live.ts';
import { describeFault, FaultError, type Fault } from '../platform/fault.ts';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import type { Settings } from '../settings/schema.ts';
import { prepareStack } from '../services/io/preparation.ts';
import { openStack, type RunningStack } from '../services/io/running-stack.ts';
import type { AudioLink } from './audio-link.ts';
import type { DesktopStore } from './state.ts';
import { hasSpeaker } from './status.ts';
import { stepsAfter } from './steps.ts';

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
  readonly settings: Settings;
  readonly folders: Folders;
  readonly root: string;
  readonly link: AudioLink;
  readonly log: (line: string) => void;
}

export function createVoice(options: VoiceOptions): Voice {
  const { store, link, log } = options;
  let stack: RunningStack | null = null;
  let live: Live | null = null;
  let stopping = false;

  async function start(rehash: boolean): Promise<void> {
    store.setState({ stack: { kind: 'preparing' }, steps: [], services: [], wasReady: false });
    try {
      const prepared = await prepareStack({ ...options, rehash, note: log, report: (progress) => { store.setState(({ steps }) => ({ steps: stepsAfter(steps, progress) })); } });
      // A quit during a long set-up has nothing of ours to stop.
      if (stopping) return;
      run(openStack(prepared, { ...options, say: log }));
    } catch (error) {
      const fault = faultOf(error);
      log(describeFault(fault));
      store.setState({ stack: { kind: 'failed', fault } });
    }
  }

  function run(opened: RunningStack): void {
    stack = opened;
    const { supervisor } = opened;
    function look(): void {
      store.setState({ services: supervisor.snapshot() });
    }
    supervisor.onChange(look);
    store.setState({ stack: { kind: 'running' } });
    supervisor.start();
    look();
    live = createLive({
      supervisor,
      hasSpeaker: () => hasSpeaker(store.getState()),
      onConnected: () => { store.setState({ wasReady: true }); },
      onExchanges: (exchanges) => { store.setState({ exchanges }); },
      onReply: link.play,
      onReplyEnd: link.end,
      onReplyDropped: link.drop,
      onPlaying: (playing) => { store.setState({ playing }); },
    });
  }

  async function end(): Promise<void> {
    live?.close();
    live = null;
    await stack?.stop();
    stack = null;
  }

  return {
    start: () => start(false),
    restart: async () => {
      await end();
      await start(true);
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
