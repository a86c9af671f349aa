import type { ServiceId } from '../services/service.ts';
import type { Latency } from './latency.ts';

/**
 * The life of a turn, for whoever counts it or writes it down; never for control:
 *
 *   asked ─(engine-lost ─► engine-back)*─► answered | interrupted | failed | asked-again ─► ended
 *
 * Each turn is "asked" once its question is complete, and "ended" is the last that is said of it. A turn that was cut off
 * is "asked-again": what becomes of its question has a turn id of its own. One that fails before its words are known
 * was never "asked".
 */
export interface TurnEvent {
  readonly kind: 'asked' | 'answered' | 'interrupted' | 'failed' | 'asked-again' | 'engine-lost' | 'engine-back' | 'ended';
  /** "3.12": turn 12 of the third connection. */
  readonly turnId: string;
  readonly asked?: 'spoken' | 'typed';
  /** The engine that was lost, is back, or failed the turn. */
  readonly service?: ServiceId;
  /** How long the turn waited for the engine that is back. */
  readonly waitedMs?: number;
  /** Of an answer; null when nothing of it was spoken. */
  readonly latency?: Latency | null;
  /** End of speech (or Enter) → first sound of the answer as far as we can follow it; null when nobody knows. */
  readonly heardAfterMs?: number | null;
  readonly reason?: string;
}

/** The turn in flight after an event, so that what engines say meanwhile can be told apart by turns. */
export function turnInFlightAfter(current: string | null, event: TurnEvent): string | null {
  if (event.kind === 'asked') return event.turnId;
  return event.kind === 'ended' && event.turnId === current ? null : current;
}
