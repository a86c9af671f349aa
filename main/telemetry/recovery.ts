import { restartPolicy, type RestartPolicy } from '../services/back-off.ts';
import { serviceTitle } from '../services/names.ts';
import type { ServiceId } from '../services/service.ts';
import { bounded, complete, informative, quantile, type Figure } from './figures.ts';

/** One kill of an engine in the middle of an answer. Times are from the kill; NaN for what never happened. */
export interface Recovery {
  readonly id: ServiceId;
  readonly shownMs: number;
  readonly respawnedMs: number;
  readonly readyMs: number;
  /** Of `readyMs`, from its start on. */
  readonly loadMs: number;
  /** How much later the answer was complete than without a kill. */
  readonly addedMs: number;
  readonly reply: string;
  /** What the same question was answered without a kill. */
  readonly undisturbedReply: string;
  readonly turns: number;
  /** The answer was spoken to its end. */
  readonly isSpoken: boolean;
}

/** Killing pauses the count of crashes: what is killed again and again is started again and again, each time as if it were the first. */
export const pausedCount: RestartPolicy = { ...restartPolicy, resetAfterMs: 0, giveUpAfter: Number.POSITIVE_INFINITY };

/** Bounds of P1. */
const goals = { shownMs: 250, respawnedMs: 1_000, beyondLoadMs: 1_000 };

/** The slowest of each, engine by engine, and whether every answer arrived complete. */
export function recoveryFigures(recoveries: readonly Recovery[], ids: readonly ServiceId[], rounds: number): readonly Figure[] {
  return ids.flatMap((id) => {
    const own = recoveries.filter((recovery) => recovery.id === id);
    const title = `${serviceTitle[id]} killed in mid-answer`;
    return [
      bounded(`${title}: shown, slowest`, longest(own.map(({ shownMs }) => shownMs)), 'ms', goals.shownMs),
      bounded(`${title}: started again, slowest`, longest(own.map(({ respawnedMs }) => respawnedMs)), 'ms', goals.respawnedMs),
      bounded(`${title}: ready, beyond its load, slowest`, longest(own.map(({ readyMs, loadMs }) => readyMs - loadMs)), 'ms', goals.beyondLoadMs),
      informative(`${title}: its load, median`, quantile(own.map(({ loadMs }) => loadMs), 0.5), 'ms'),
      informative(`${title}: added delay of the answer, median`, quantile(own.map(({ addedMs }) => addedMs), 0.5), 'ms'),
      complete(`${title}: answers complete, word for word`, own.filter(isWhole).length, rounds),
    ];
  });
}

/** One turn, spoken to its end, in the words of the undisturbed answer (the temperature is 0): none is missing, none is said twice. */
export function isWhole({ turns, isSpoken, reply, undisturbedReply }: Recovery): boolean {
  const words = wordsOf(reply);
  return turns === 1 && isSpoken && words !== '' && words === wordsOf(undisturbedReply);
}

/** Its words alone: where an answer was taken up again, its spaces and marks may differ. */
function wordsOf(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** NaN when one of them is, so that what never happened is not passed over. */
function longest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
