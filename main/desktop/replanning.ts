import { cardsInService } from '../services/excluded-cards.ts';
import { cardsOfMachine, watchGpus, type CardsAnswer } from '../services/io/gpu-watch.ts';
import { probe } from '../hardware/io/probe.ts';
import type { HardwareReport } from '../hardware/model.ts';
import type { Plan } from '../plan/model.ts';
import { othersText, replanDecision } from '../plan/replan.ts';
import { rememberedCards, type Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { watchQuiet } from './quiet.ts';
import type { DesktopStore } from './state.ts';

/** What a running stack stands on, and how it would be decided for a machine that has changed. */
export interface Decided {
  readonly hardware: HardwareReport;
  readonly plan: Plan;
  readonly planFor: (hardware: HardwareReport) => Plan;
}

export interface ReplanningOptions {
  readonly store: DesktopStore;
  /** Processes of ours: what they hold is not somebody else's. */
  readonly ownPids: () => ReadonlySet<number>;
  readonly folders: Folders;
  readonly planAnew: () => void;
  readonly log: (line: string) => void;
  /** Where tests take the place of the graphics cards. */
  readonly seams?: { readonly ask: () => Promise<CardsAnswer | null>; readonly probe: () => Promise<HardwareReport>; readonly intervalMs: number };
}

/** Nobody has spoken for so long: engines may be moved without asking. */
const idleAfterMs = 120_000;
const idleCheckMs = 15_000;

/**
 * Watches who else is on the graphics cards while a stack runs. When a better plan follows from it, the person is
 * asked, or it is taken once nobody has spoken for a while. Returns what ends the watch.
 */
export function followCards(decided: Decided, options: ReplanningOptions): () => void {
  const { store, seams } = options;
  const quiet = watchQuiet(store);
  let ended = false;
  const idleCheck = setInterval(() => {
    if (isOffered() && isIdle()) options.planAnew();
  }, idleCheckMs);
  idleCheck.unref();
  const unwatch = watchGpus({
    hardware: decided.hardware,
    ownCards: new Set(cardsInService(decided.plan)),
    ask: seams?.ask ?? cardsOfMachine(options.ownPids),
    ...(seams === undefined ? {} : { intervalMs: seams.intervalMs }),
    onChange: (change, cards) => {
      const others = othersText(change, cards.gpus);
      for (const line of others) options.log(line);
      consider(others).catch((error: unknown) => {
        options.log(`the graphics cards could not be looked at again: ${errorMessage(error)}`);
      });
    },
  });

  function isIdle(): boolean {
    return quiet.forMs() >= idleAfterMs;
  }

  function isOffered(): boolean {
    return store.getState().offeredPlan?.because === 'cards';
  }

  function look(): Promise<HardwareReport> {
    return probe({ rememberedPath: rememberedCards(options.folders), ownPids: options.ownPids() }, process.env);
  }

  async function consider(others: readonly string[]): Promise<void> {
    const wanted = decided.planFor(await (seams?.probe ?? look)());
    if (ended) return;
    const decision = replanDecision(decided.plan, wanted, { idle: isIdle(), consent: false });
    if (decision.kind === 'apply') options.planAnew();
    else offer(decision.kind === 'ask' ? [...others, ...decision.sentences] : null);
  }

  /** What was set up and waits to be taken is an offer of its own. */
  function offer(sentences: readonly string[] | null): void {
    if (store.getState().offeredPlan?.because === 'set-up') return;
    store.setState({ offeredPlan: sentences === null ? null : { because: 'cards', sentences } });
  }

  return () => {
    ended = true;
    unwatch();
    quiet.close();
    clearInterval(idleCheck);
    offer(null);
  };
}
