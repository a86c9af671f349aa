import type { Startable } from './swap.ts';

/** How disk and processes are brought into agreement with what is wanted now. */
export interface Wish {
  /** Hash every model file again. */
  readonly rehash: boolean;
  /** End and start what runs even where nothing has changed. */
  readonly anew: boolean;
  /** The person has asked for it. */
  readonly consent: boolean;
  /** What asked for it can be taken back by a remedy. */
  readonly byRemedy: boolean;
  /** Done once nothing else is under way. */
  readonly first?: () => Promise<void>;
}

/** Why one was ended before its end. */
export type Ending = 'cancelled' | 'superseded' | 'quit';

/** "at-once": what can be started from what is on disk. "everything": all that is wanted. */
export type Scope = 'at-once' | 'everything';

export interface Preparing {
  readonly scope: Scope;
  readonly rehash: boolean;
  readonly signal: AbortSignal;
}

export type Taken = 'kept' | 'swapped' | 'offered';

export interface Ended {
  readonly error: unknown;
  /** null for a failure. */
  readonly ending: Ending | null;
  /** What is not there yet, in sentences. */
  readonly missing: readonly string[];
  readonly wish: Wish;
}

export interface ReconcilerMeans<Ready extends Startable & { readonly incomplete: readonly string[] }> {
  readonly prepare: (preparing: Preparing) => Promise<Ready>;
  readonly isRunning: () => boolean;
  /** A wish is gone about now. */
  readonly begins: () => void;
  /** Lets it take the place of what runs, at once or later. */
  readonly take: (ready: Ready, wish: Wish) => Promise<Taken>;
  /** It came to its end before everything was there. */
  readonly ended: (how: Ended) => void;
  /** It is done, and none of what runs had to change. */
  readonly unchanged: (wish: Wish) => void;
}

export interface Reconciler {
  /** What is under way for an older wish is ended first, and what it fetched is kept. */
  readonly begin: (wish: Wish) => Promise<void>;
  readonly end: (ending: Ending) => Promise<void>;
}

/**
 * Brings a machine to what is wanted while what is there goes on: first what can be started from the disk as it is, where
 * nothing runs yet, then all the rest beside it. Nothing that runs is touched before its successor has been prepared.
 */
export function createReconciler<Ready extends Startable & { readonly incomplete: readonly string[] }>(means: ReconcilerMeans<Ready>): Reconciler {
  let work: { readonly wish: Wish; readonly controller: AbortController; readonly done: Promise<void> } | null = null;

  async function reconcile(wish: Wish, signal: AbortSignal): Promise<void> {
    let missing: readonly string[] = [];
    if (signal.aborted) return;
    means.begins();
    try {
      await wish.first?.();
      const atOnce = await prepare({ scope: 'at-once', rehash: wish.rehash, signal });
      missing = atOnce.incomplete;
      // Beside a conversation that goes on, one change is better than two: what is not complete yet waits for the rest.
      const worthTaking = missing.length === 0 || wish.anew || !means.isRunning();
      const first = worthTaking ? await means.take(atOnce, wish) : 'kept';
      if (missing.length === 0) {
        if (first === 'kept') means.unchanged(wish);
        return;
      }
      const whole = await prepare({ scope: 'everything', rehash: false, signal });
      const second = await means.take(whole, { ...wish, anew: false });
      if (first === 'kept' && second === 'kept') means.unchanged(wish);
    } catch (error) {
      means.ended({ error, ending: endingOf(signal), missing, wish });
    }
  }

  async function prepare(preparing: Preparing): Promise<Ready> {
    preparing.signal.throwIfAborted();
    const ready = await means.prepare(preparing);
    preparing.signal.throwIfAborted();
    return ready;
  }

  async function end(ending: Ending): Promise<void> {
    work?.controller.abort(ending);
    await work?.done;
  }

  return {
    begin: (wish) => {
      const both = work === null ? wish : merged(work.wish, wish);
      const controller = new AbortController();
      const done = end('superseded')
        .then(() => reconcile(both, controller.signal))
        .finally(() => {
          if (work?.controller === controller) work = null;
        });
      work = { wish: both, controller, done };
      return done;
    },
    end,
  };
}

function endingOf({ aborted, reason }: AbortSignal): Ending | null {
  return aborted ? (reason as Ending) : null;
}

/** What was asked for and is not done yet is still asked for. */
function merged(before: Wish, wish: Wish): Wish {
  const first = wish.first ?? before.first;
  return {
    rehash: before.rehash || wish.rehash,
    anew: before.anew || wish.anew,
    consent: before.consent || wish.consent,
    byRemedy: before.byRemedy || wish.byRemedy,
    ...(first === undefined ? {} : { first }),
  };
}
