import { cardsInService } from '../services/excluded-cards.ts';
import { cardsOfMachine, watchGpus, type CardsAnswer } from '../services/io/gpu-watch.ts';
import { probe } from '../hardware/io/probe.ts';
import type { HardwareReport } from '../hardware/model.ts';
import type { Plan } from '../plan/model.ts';
import { othersText, replanDecision } from '../plan/replan.ts';
import { rememberedCards, type Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import type { DesktopState, DesktopStore } from './state.ts';

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
  let activeAtMs = performance.now();
  let ended = false;
  const unsubscribe = store.subscribe((state, before) => {
    if (state.exchanges !== before.exchanges || state.pressed) activeAtMs = performance.now();
  });
  const idleCheck = setInterval(() => {
    if (store.getState().offeredPlan !== null && isIdle(store.getState())) options.planAnew();
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

  function isIdle({ playing, pressed, exchanges }: DesktopState): boolean {
    const current = exchanges.at(-1)?.state;
    const underWay = playing || pressed || current === 'hearing' || current === 'thinking' || current === 'speaking';
    return !underWay && performance.now() - activeAtMs >= idleAfterMs;
  }

  function look(): Promise<HardwareReport> {
    return probe({ rememberedPath: rememberedCards(options.folders), ownPids: options.ownPids() }, process.env);
  }

  async function consider(others: readonly string[]): Promise<void> {
    const wanted = decided.planFor(await (seams?.probe ?? look)());
    if (ended) return;
    const decision = replanDecision(decided.plan, wanted, { idle: isIdle(store.getState()), consent: false });
    if (decision.kind === 'apply') options.planAnew();
    else store.setState({ offeredPlan: decision.kind === 'ask' ? [...others, ...decision.sentences] : null });
  }

  return () => {
    ended = true;
    unwatch();
    unsubscribe();
    clearInterval(idleCheck);
    store.setState({ offeredPlan: null });
  };
}
