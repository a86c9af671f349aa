import { findNvidiaSmi } from '../../hardware/io/nvidia-smi.ts';
import { runLimited } from '../../hardware/io/limited-process.ts';
import { cardsOfMachine } from '../../services/io/gpu-watch.ts';
import { processesBelow } from '../../services/io/own-processes.ts';
import { cardFigures, parseUtilisation, type CardFigures } from '../card-figures.ts';

export interface CardLookOptions {
  /** null when a card sleeps and is therefore not asked. */
  readonly ask: (ownCards: ReadonlySet<string>) => Promise<readonly CardFigures[] | null>;
  /** A clock that is never set back. */
  readonly now?: () => number;
  readonly patienceMs?: number;
}

/** Each question starts nvidia-smi three times; more often than this nobody needs to know. */
const freshMs = 10_000;
/** Older figures are no answer to "now" any more. */
const staleMs = 60_000;
/** A collector gives up after ten seconds, as a hung nvidia-smi does: the other figures must not wait for it. */
const usualPatienceMs = 2_000;
const queryLimits = { timeLimitMs: 10_000, outputLimitBytes: 1024 ** 2 };

/** Figures of the cards while `ownCards`, those that services of ours run on, are any: else no card is asked, nor kept awake. */
export function createCardLook({ ask, now = monotonic, patienceMs = usualPatienceMs }: CardLookOptions): (ownCards: ReadonlySet<string>) => Promise<readonly CardFigures[]> {
  let latest: { readonly atMs: number; readonly cards: readonly CardFigures[] } | null = null;
  let asking: Promise<void> | null = null;

  async function refresh(ownCards: ReadonlySet<string>): Promise<void> {
    // A look that failed says nothing; the next one may.
    const cards = await ask(ownCards).catch(() => null);
    latest = { atMs: now(), cards: cards ?? [] };
    asking = null;
  }

  return async (ownCards) => {
    if (ownCards.size === 0) {
      latest = null;
      return [];
    }
    if (latest === null || now() - latest.atMs >= freshMs) {
      asking ??= refresh(ownCards);
      await atMost(asking, patienceMs);
    }
    return latest === null || now() - latest.atMs >= staleMs ? [] : latest.cards;
  };
}

/** Asks this machine's NVIDIA cards, as long as none of them sleeps. */
export function cardsWithUtilisation(): CardLookOptions['ask'] {
  const askCards = cardsOfMachine(() => processesBelow(process.pid));
  const program = findNvidiaSmi('/', process.env);
  return async (ownCards) => {
    const answer = await askCards();
    if (answer === null || program === null) return null;
    const utilisation = await runLimited(program, ['--query-gpu=uuid,utilization.gpu', '--format=csv,noheader,nounits'], process.env, queryLimits);
    return cardFigures(answer, parseUtilisation(utilisation.output), ownCards);
  };
}

function monotonic(): number {
  return performance.now();
}

async function atMost(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
