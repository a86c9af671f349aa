import type { ConversationEvent } from './messages.ts';

/** What was asked and is not answered yet: it would be lost if an engine died now. */
export interface InFlight {
  readonly typed: string | null;
  /** Where the sound of the oldest unanswered turn begins in the connection; null when nothing was said. */
  readonly soundFromMs: number | null;
  /** Where the turn begins that was spoken into an answer. */
  readonly upcomingFromMs: number | null;
  /** Speech was heard and has not become a turn yet. */
  readonly speaking: boolean;
  /** A turn was ended and is not answered yet. */
  readonly answering: boolean;
}

export const nothingInFlight: InFlight = { typed: null, soundFromMs: null, upcomingFromMs: null, speaking: false, answering: false };

/** Sound before the edge that the voice detector needs to find the same edge again. */
export const leadInMs = 700;

/** What is in flight after an event, with the connection's sound at `endMs`. */
export function nextInFlight(inFlight: InFlight, event: ConversationEvent, endMs: number): InFlight {
  switch (event.type) {
    case 'speech-started': {
      const fromMs = Math.max(0, event.ms - leadInMs);
      if (inFlight.speaking) return inFlight;
      // Speech into an answer is the next turn: until that answer is done, it is the one that would be lost.
      if (inFlight.answering) return { ...inFlight, speaking: true, upcomingFromMs: fromMs };
      return { ...inFlight, speaking: true, soundFromMs: fromMs };
    }
    case 'nothing-heard':
      return { ...inFlight, speaking: false, upcomingFromMs: null, soundFromMs: inFlight.answering ? inFlight.soundFromMs : null };
    case 'turn-ended':
      return { ...inFlight, typed: inFlight.typed ?? (event.asked === 'typed' ? event.transcript : null), speaking: event.asked === 'typed' && inFlight.speaking, answering: true };
    case 'turn':
      return {
        ...inFlight,
        answering: false,
        // A question that a newer one replaced ends too, and is not the one that waits.
        typed: event.transcript === inFlight.typed ? null : inFlight.typed,
        soundFromMs: event.asked === 'typed' && inFlight.upcomingFromMs === null ? inFlight.soundFromMs : inFlight.upcomingFromMs,
        upcomingFromMs: null,
      };
    case 'turn-failed':
      return { ...inFlight, speaking: false, answering: false, soundFromMs: inFlight.soundFromMs ?? (inFlight.typed === null ? endMs : null) };
    case 'heard':
    case 'pause':
    case 'words':
    case 'spoken':
    case 'interrupted':
      return inFlight;
  }
}
