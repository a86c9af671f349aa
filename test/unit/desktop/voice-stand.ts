import { mkdirSync } from 'node:fs';
import type { Live, LiveOptions } from '../../../main/conversation/io/live.ts';
import { createDesktopStore, type DesktopStore } from '../../../main/desktop/state.ts';
import { createVoice, type Voice } from '../../../main/desktop/voice.ts';
import type { EnvironmentState } from '../../../main/environment/io/slots.ts';
import type { InstalledEnvironment } from '../../../main/environment/model.ts';
import type { Plan, PlannedService } from '../../../main/plan/model.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import type { Finding } from '../../../main/platform/finding.ts';
import type { PreparationOptions, Prepared } from '../../../main/services/io/preparation.ts';
import type { RunningStackOptions } from '../../../main/services/io/running-stack.ts';
import type { SupervisorEvent } from '../../../main/services/supervisor-event.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { fakeSupervisor } from '../services/snapshots.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { machineOf } from './machine-of.ts';

/** A preparation that waits for the test to say how it ends. */
export interface PendingPreparation {
  readonly options: PreparationOptions;
  readonly succeed: (change?: Readiness) => void;
  readonly fail: (error: Error) => void;
}

export interface Readiness {
  /** What recognises speech. */
  readonly model?: string;
  readonly voiceSlot?: string;
  readonly incomplete?: readonly string[];
  readonly findings?: readonly Finding[];
}

export interface VoiceStand {
  readonly voice: Voice;
  readonly store: DesktopStore;
  /** What was done to the stacks and slots, in order. */
  readonly said: string[];
  /** The next preparation that was begun. */
  readonly preparation: () => Promise<PendingPreparation>;
  readonly waiting: () => number;
  /** The conversation that runs shows these exchanges. */
  readonly shows: LiveOptions['onExchanges'];
  readonly slots: { states: readonly EnvironmentState[]; proves: boolean };
  readonly openFails: (error: Error | null) => void;
  /** Something happens to the services of the stack that runs. */
  readonly happens: (event: SupervisorEvent) => void;
}

/** A voice whose machine, stacks and conversation are the test's. Each stack is named by the model it recognises speech with. */
export function voiceStand(): VoiceStand {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.config, { recursive: true });
  const store = createDesktopStore('0');
  const said: string[] = [];
  const begun: PendingPreparation[] = [];
  const slots: VoiceStand['slots'] = { states: [], proves: true };
  let openError: Error | null = null;
  let conversation: LiveOptions | null = null;
  let opened: RunningStackOptions | null = null;

  const voice = createVoice({
    store,
    folders,
    root: '/nowhere',
    link: { play: () => undefined, end: () => undefined, drop: () => undefined },
    log: () => undefined,
    telemetry: {
      onSupervisorEvent: ({ kind }) => said.push(`told of ${kind}`),
      onTurnEvent: ({ kind }) => said.push(`told of a turn: ${kind}`),
      turnInFlight: () => null,
      follow: () => () => undefined,
    },
    slots: {
      states: () => Promise.resolve(slots.states),
      prove: (used) => {
        said.push(`proved ${Object.keys(used).join(', ')}`);
        return Promise.resolve(slots.proves);
      },
      rollBack: (id) => {
        said.push(`rolled ${id} back`);
        return Promise.resolve(true);
      },
    },
    seams: {
      prepare: (options) =>
        new Promise((resolve, reject) => {
          let isOver = false;
          options.signal?.addEventListener('abort', () => {
            if (!isOver) said.push(`${options.scope} was ended`);
            reject(new Error('aborted'));
          });
          begun.push({
            options,
            succeed: (change) => {
              isOver = true;
              resolve(preparedWith(change));
            },
            fail: reject,
          });
        }),
      open: (prepared, options) => {
        if (openError !== null) throw openError;
        opened = options;
        const name = prepared.plan.services[0]?.model ?? '';
        const { supervisor } = fakeSupervisor({ origin: 'http://127.0.0.1:9', token: '' });
        return {
          supervisor: {
            ...supervisor,
            start: () => said.push(`started ${name}`),
            afterSleep: (afterMs) => said.push(`slept ${afterMs}`),
            wake: () => said.push(`woke ${name}`),
          },
          logPath: '',
          stop: () => {
            said.push(`stopped ${name}`);
            return Promise.resolve();
          },
        };
      },
      converse: (options) => {
        conversation = options;
        options.onConnected();
        return silent;
      },
      follow: () => () => undefined,
    },
  });

  return {
    voice,
    store,
    said,
    preparation: async () => {
      await until(() => begun.length > 0);
      const [next] = begun.splice(0, 1);
      if (next === undefined) throw new Error('no preparation was begun');
      return next;
    },
    waiting: () => begun.length,
    shows: (exchanges) => conversation?.onExchanges(exchanges),
    slots,
    openFails: (error) => {
      openError = error;
    },
    happens: (event) => opened?.onEvent?.(event),
  };
}

const silent: Live = {
  hear: () => undefined,
  endQuestion: () => undefined,
  ask: () => undefined,
  stopSpeaking: () => undefined,
  startOver: () => undefined,
  playhead: () => undefined,
  discardReply: () => undefined,
  unplayed: () => [],
  turnInFlight: () => null,
  close: () => undefined,
};

/** Settles once `condition` holds; by turns of the event loop, as clocks may be the test's. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 20_000; turns += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come to that');
}

function preparedWith({ model = 'whisper-base', voiceSlot = 'voice-1', incomplete = [], findings = [] }: Readiness = {}): Prepared {
  return {
    hardware: machineOf({}),
    plan: planWith(model),
    installation: { fingerprint: voiceSlot, python: 'python', environments: { voice: environment('voice', voiceSlot) }, modelFolders: {}, steps: [], findings: [], missing: new Map() },
    surroundings: {},
    findings,
    waitingFor: [],
    incomplete,
    planFor: () => planWith(model),
  };
}

function planWith(model: string): Plan {
  const stt: PlannedService = {
    id: 'stt', engine: 'whisper', model, precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
    threads: 1, server: null, contextTokens: null, windowSeconds: null, fallback: null,
  };
  return { ...emptyPlan, services: [stt] };
}

export function environment(id: string, fingerprint: string): InstalledEnvironment {
  return { id, fingerprint, folder: '', python: 'python', sitePackages: '', torch: null };
}
