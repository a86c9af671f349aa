import { isDeepStrictEqual } from 'node:util';
import type { Live, LiveOptions } from '../conversation/io/live.ts';
import type { Folders } from '../platform/folders.ts';
import type { Catalogue } from '../plan/catalogue.ts';
import { processesBelow } from '../services/io/own-processes.ts';
import type { Prepared } from '../services/io/preparation.ts';
import type { RunningStack } from '../services/io/running-stack.ts';
import type { Settings } from '../settings/schema.ts';
import { onFirstAnswer } from './answers.ts';
import type { AudioLink } from './audio-link.ts';
import { engineOffer } from './engines.ts';
import { remedyFacts } from '../remedy/facts.ts';
import type { followCards } from './replanning.ts';
import type { Supervisor } from '../services/io/supervisor.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { DesktopStore, Planned } from './state.ts';
import { hasSpeaker } from './status.ts';

/** What can be started, with all that its start needs. */
export interface Ready {
  readonly prepared: Prepared;
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  /** What is wanted and not on disk yet, in sentences. */
  readonly incomplete: readonly string[];
}

/** A stack that was started, with the conversation in it. */
export interface Running extends Ready {
  readonly live: Live;
  readonly supervisor: Supervisor;
  readonly end: () => Promise<void>;
}

/** What is written down and counted of what runs. */
export type DesktopTelemetry = Pick<Telemetry, 'onSupervisorEvent' | 'onTurnEvent' | 'turnInFlight' | 'follow'>;

export interface RunningMeans {
  readonly store: DesktopStore;
  readonly folders: Folders;
  readonly link: Pick<AudioLink, 'play' | 'end' | 'drop'>;
  readonly converse: (options: LiveOptions) => Live;
  readonly follow: typeof followCards;
  readonly telemetry: DesktopTelemetry;
  /** Other programs have come to the cards, and a better plan shall be taken. */
  readonly planAnew: () => void;
  /** A question was answered with it; settles with whether that is kept. */
  readonly answered: () => Promise<boolean>;
  readonly log: (line: string) => void;
}

/** Starts the services and joins them to the page. */
export function startRunning(ready: Ready, opened: RunningStack, means: RunningMeans): Running {
  const { store, folders, link, log } = means;
  const { supervisor } = opened;
  function look(): void {
    store.setState({ services: supervisor.snapshot() });
  }
  const unwatch = supervisor.onChange(look);
  // Clocks that run already were set by what held before.
  const unrest = store.subscribe(({ settings }, before) => {
    if (!isDeepStrictEqual(settings.rest, before.settings.rest)) supervisor.wake();
  });
  store.setState({ stack: { kind: 'running' }, planned: plannedOf(ready) });
  supervisor.start();
  look();
  const live = means.converse({
    supervisor,
    before: store.getState().exchanges,
    hasSpeaker: () => hasSpeaker(store.getState()),
    onConnected: () => { store.setState({ wasReady: true }); },
    onExchanges: (exchanges) => { store.setState({ exchanges }); },
    onReply: link.play,
    onReplyEnd: link.end,
    onReplyDropped: link.drop,
    onPlaying: (playing) => { store.setState({ playing }); },
    onTurn: means.telemetry.onTurnEvent,
  });
  const unmeasure = means.telemetry.follow(supervisor, ready.prepared.plan);
  const unfollow = means.follow(ready.prepared, { store, folders, ownPids: () => processesBelow(process.pid), planAnew: means.planAnew, log });
  const unheard = onFirstAnswer(store, means.answered);
  return {
    ...ready,
    live,
    supervisor,
    end: async () => {
      unwatch();
      unrest();
      unmeasure();
      unfollow();
      unheard();
      live.close();
      await opened.stop();
    },
  };
}

/** What is shown of it: every card that is left out, every environment that could not be made. */
export function plannedOf({ prepared: { hardware, plan, findings, installation }, catalogue, settings }: Ready): Planned {
  const all = [...findings, ...installation.findings];
  const distinct = all.filter((finding, index) => all.findIndex(({ title }) => title === finding.title) === index);
  return { hardware, plan, findings: distinct, offer: engineOffer(plan, remedyFacts(hardware, catalogue, settings)) };
}
