import { assertNever } from '../platform/assert-never.ts';
import type { Latency } from './latency.ts';
import type { ConversationEvent, HistoryMessage } from './messages.ts';

/**
 * One question and its answer, while it happens and after:
 *
 *   hearing ─words are over─► thinking ─first sound─► speaking ─► done
 *      └─ nothing said ─► (gone)   ▲  └───── interrupted ◄──┤
 *                                  └── cut off: it is asked again and its answer goes on ─► failed, when that fails too
 */
export interface Exchange {
  readonly id: number;
  readonly asked: 'spoken' | 'typed';
  /** Grows while the person speaks. */
  readonly question: string;
  /** Grows while it is spoken, also when the conversation dies in the middle of it. */
  readonly answer: string;
  readonly state: 'hearing' | 'thinking' | 'speaking' | 'done' | 'interrupted' | 'failed';
  readonly problem: string | null;
  readonly latency: Latency | null;
  /** End of speech (or Enter) → first sound at the speaker. */
  readonly heardAfterMs: number | null;
  /** Number of its turn in the open connection; null before the conversation has taken it, and again when it has to be asked once more. */
  readonly turn: number | null;
}

export type ExchangeEvent =
  | ConversationEvent
  | { readonly type: 'asked'; readonly text: string }
  /** Reply sound has come. */
  | { readonly type: 'sound' }
  /** The first sound of this exchange's answer has reached the ear. */
  | { readonly type: 'heard-at-speaker'; readonly id: number; readonly afterMs: number }
  /** The connection is gone and its turn numbers with it. */
  | { readonly type: 'disconnected' }
  | { readonly type: 'gave-up'; readonly problem: string }
  | { readonly type: 'started-over' };

/** Exchanges that are remembered; a person scrolls back this far at most. */
const longestList = 100;
const noAnswer = 'No answer came to this. Ask again, perhaps in other words.';

/** The exchanges after an event. Pure; returns the same list when nothing changed. */
export function nextExchanges(list: readonly Exchange[], event: ExchangeEvent): readonly Exchange[] {
  switch (event.type) {
    case 'heard':
    case 'pause':
    case 'interrupted':
    // The turn goes on: the conversation waits for its engine.
    case 'engine-lost':
    case 'engine-back':
      return list;
    case 'speech-started':
      return list.some((exchange) => isBeingHeard(exchange) || isSaidAgain(exchange)) ? list : added(list, { asked: 'spoken', state: 'hearing' });
    case 'words':
      return changed(list, isBeingHeard, { question: event.text });
    case 'nothing-heard':
      if (list.some(isSaidAgain)) return changedFirst(list, isSaidAgain, { state: 'failed', problem: noAnswer });
      return list.some(isBeingHeard) ? list.filter((exchange) => !isBeingHeard(exchange)) : list;
    case 'asked':
      // Only one question in writing waits at a time; the newer one is the one that is meant.
      return added(changed(list, isWaiting, { state: 'interrupted' }), { asked: 'typed', state: 'thinking', question: event.text });
    case 'turn-ended':
      return turnEnded(list, event);
    case 'sound':
      return changed(list, (exchange) => exchange.state === 'thinking' && exchange.turn !== null, { state: 'speaking' });
    case 'spoken':
      return changed(list, hasTurn(event.turn), { answer: event.text });
    case 'turn': {
      const silent = event.reply === '' && !event.interrupted;
      const state = event.interrupted ? 'interrupted' : silent ? 'failed' : 'done';
      return changed(list, hasTurn(event.turn), { answer: event.reply, latency: event.latency, state, problem: silent ? noAnswer : null });
    }
    case 'heard-at-speaker':
      return changed(list, (exchange) => exchange.id === event.id, { heardAfterMs: event.afterMs });
    case 'turn-failed':
      return changed(list, hasTurn(event.turn), { turn: null, state: 'thinking' });
    case 'disconnected':
      return list.map((exchange) => (isOver(exchange) ? { ...exchange, turn: null } : { ...exchange, turn: null, state: exchange.state === 'hearing' ? 'hearing' : 'thinking' }));
    case 'gave-up':
      return list.map((exchange) => (isOver(exchange) ? exchange : { ...exchange, turn: null, state: 'failed', problem: event.problem }));
    case 'started-over':
      return [];
    default:
      return assertNever(event);
  }
}

/** What the conversation has to be told to remember after it was started again. */
export function historyOf(list: readonly Exchange[]): readonly HistoryMessage[] {
  return list
    .filter((exchange) => isOver(exchange) && exchange.question !== '' && exchange.answer !== '')
    .slice(-20)
    .flatMap((exchange): readonly HistoryMessage[] => [
      { role: 'user', content: exchange.question },
      { role: 'assistant', content: exchange.answer },
    ]);
}

/** Whether a question is being said, or was and has to be heard again. */
export function isAnythingHeard(list: readonly Exchange[]): boolean {
  return list.some(isBeingHeard);
}

function turnEnded(list: readonly Exchange[], event: Extract<ConversationEvent, { type: 'turn-ended' }>): readonly Exchange[] {
  const ended = { turn: event.turn, question: event.transcript, state: 'thinking' } as const;
  if (event.asked === 'typed') {
    const same = list.filter((exchange) => exchange.asked === 'typed' && exchange.turn === null && exchange.question === event.transcript);
    const waiting = same.find(isWaiting);
    if (waiting !== undefined) return changed(list, (exchange) => exchange === waiting, ended);
    // A newer question has replaced it before the conversation took it.
    return same.some((exchange) => exchange.state === 'interrupted') ? list : added(list, { asked: 'typed', ...ended });
  }
  const known = list.find(isSaidAgain) ?? list.find(isBeingHeard);
  return known === undefined ? added(list, { asked: event.asked, ...ended }) : changed(list, (exchange) => exchange === known, ended);
}

function isBeingHeard(exchange: Exchange): boolean {
  return exchange.state === 'hearing';
}

/** Was being answered when an engine died; its sound is played again. */
function isSaidAgain(exchange: Exchange): boolean {
  return exchange.asked === 'spoken' && isWaiting(exchange);
}

function changedFirst(list: readonly Exchange[], which: (exchange: Exchange) => boolean, change: Partial<Exchange>): readonly Exchange[] {
  const first = list.find(which);
  return changed(list, (exchange) => exchange === first, change);
}

/** Asked, and not taken by the conversation yet. */
function isWaiting(exchange: Exchange): boolean {
  return exchange.state === 'thinking' && exchange.turn === null;
}

function isOver(exchange: Exchange): boolean {
  return exchange.state === 'done' || exchange.state === 'interrupted' || exchange.state === 'failed';
}

function hasTurn(turn: number): (exchange: Exchange) => boolean {
  return (exchange) => exchange.turn === turn && !isOver(exchange);
}

function added(list: readonly Exchange[], exchange: Pick<Exchange, 'asked' | 'state'> & Partial<Exchange>): readonly Exchange[] {
  const id = (list.at(-1)?.id ?? 0) + 1;
  const blank = { id, question: '', answer: '', problem: null, latency: null, heardAfterMs: null, turn: null };
  return [...list.slice(1 - longestList), { ...blank, ...exchange }];
}

function changed(list: readonly Exchange[], which: (exchange: Exchange) => boolean, change: Partial<Exchange>): readonly Exchange[] {
  return list.some(which) ? list.map((exchange) => (which(exchange) ? { ...exchange, ...change } : exchange)) : list;
}
