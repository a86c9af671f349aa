import type { Quiet } from './quiet.ts';
import type { DesktopStore } from './state.ts';

/** Something that is ready and waits for the person's word, or for a moment in which nobody speaks. */
export interface Offer<Ready> {
  readonly make: (ready: Ready, sentences: readonly string[], consent: boolean) => void;
  /** Takes it out of the offer; null when there is none. */
  readonly take: () => Ready | null;
  readonly withdraw: () => void;
}

/** Long enough that nobody is in the middle of a thought, short enough that what was waited for is not kept waiting. */
export const quietMs = 20_000;
/** Who has asked for it minds no pause; only a sentence under way is not cut. */
export const breathMs = 1_000;
const checkEveryMs = 500;

export function createOffer<Ready>(store: DesktopStore, quiet: Quiet, accept: () => void): Offer<Ready> {
  let waiting: Ready | null = null;
  let check: NodeJS.Timeout | null = null;

  function withdraw(): void {
    waiting = null;
    if (check !== null) clearInterval(check);
    check = null;
    if (store.getState().offeredPlan?.because === 'set-up') store.setState({ offeredPlan: null });
  }

  return {
    make: (ready, sentences, consent) => {
      withdraw();
      waiting = ready;
      store.setState({ offeredPlan: { because: 'set-up', sentences } });
      check = setInterval(() => {
        // Who answered “Leave it” has it at the next start.
        if (store.getState().offeredPlan?.because !== 'set-up') withdraw();
        else if (quiet.forMs() >= (consent ? breathMs : quietMs)) accept();
      }, checkEveryMs);
      check.unref();
    },
    take: () => {
      const ready = waiting;
      withdraw();
      return ready;
    },
    withdraw,
  };
}
