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
  readonly turns: number;
  /** The answer was spoken to its end. */
  readonly isSpoken: boolean;
}

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
      complete(`${title}: answers complete, no sentence twice`, own.filter(isWhole).length, rounds),
    ];
  });
}

/** One turn, spoken to its end, with no sentence twice. */
function isWhole({ turns, isSpoken, reply }: Recovery): boolean {
  const sentences = reply.split(/(?<=[.!?])\s+/).filter((sentence) => sentence !== '');
  return turns === 1 && isSpoken && sentences.length > 0 && new Set(sentences).size === sentences.length;
}

/** NaN when one of them is, so that what never happened is not passed over. */
function longest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
