import { assertNever } from '../platform/assert-never.ts';
import type { ConversationEvent, CutOff } from './messages.ts';

/** A turn that is being answered. */
export interface Answering extends CutOff {
  readonly turn: number;
  /** Nobody waits for the rest any more: it was stopped, spoken into, or another question was put. */
  readonly isOver: boolean;
}

/** What was asked and is not answered yet: it would be lost if a process died now. */
export interface InFlight {
  readonly typed: string | null;
  /** Where the sound of the oldest turn begins in the connection that is not known in words; null when nothing was said. */
  readonly soundFromMs: number | null;
  /** Where the turn begins that was spoken into an answer. */
  readonly upcomingFromMs: number | null;
  /** Speech was heard and has not become a turn yet. */
  readonly speaking: boolean;
  /** A turn was ended and is not answered yet. */
  readonly answering: Answering | null;
  /** What was being answered when it was cut off, until the conversation takes it again. */
  readonly cutOff: CutOff | null;
}

export const nothingInFlight: InFlight = { typed: null, soundFromMs: null, upcomingFromMs: null, speaking: false, answering: null, cutOff: null };

/** Whether anybody waits for an answer, or is asking. */
export function isAnythingInFlight({ typed, speaking, answering, cutOff }: InFlight): boolean {
  return typed !== null || speaking || answering !== null || cutOff !== null;
}

/** Sound before the edge that the voice detector needs to find the same edge again. */
export const leadInMs = 700;

/** What is in flight after an event, with the connection's sound at `endMs`. */
export function nextInFlight(inFlight: InFlight, event: ConversationEvent, endMs: number): InFlight {
  switch (event.type) {
    case 'speech-started': {
      const fromMs = Math.max(0, event.ms - leadInMs);
      if (inFlight.speaking) return inFlight;
      // Speech into an answer is the next turn: until that answer is done, it is the one that would be lost.
      if (inFlight.answering !== null) return { ...inFlight, speaking: true, upcomingFromMs: fromMs };
      return { ...inFlight, speaking: true, soundFromMs: fromMs };
    }
    case 'nothing-heard':
      return { ...inFlight, speaking: false, upcomingFromMs: null, soundFromMs: inFlight.answering === null ? null : inFlight.soundFromMs };
    case 'turn-ended':
      return {
        ...inFlight,
        typed: inFlight.typed ?? (event.asked === 'typed' ? event.transcript : null),
        speaking: event.asked === 'typed' && inFlight.speaking,
        answering: { turn: event.turn, question: event.transcript, asked: event.asked, spoken: inFlight.cutOff?.spoken ?? '', isOver: false },
        cutOff: null,
      };
    case 'spoken':
      return answeringChanged(inFlight, { spoken: event.text });
    case 'interrupted':
      return withoutAnswer(inFlight);
    case 'turn':
      return {
        ...inFlight,
        answering: null,
        // A question that a newer one replaced ends too, and is not the one that waits.
        typed: event.transcript === inFlight.typed ? null : inFlight.typed,
        soundFromMs: event.asked === 'typed' && inFlight.upcomingFromMs === null ? inFlight.soundFromMs : inFlight.upcomingFromMs,
        upcomingFromMs: null,
      };
    case 'turn-failed':
      return turnFailed(inFlight, endMs);
    case 'heard':
    case 'pause':
    case 'words':
    case 'engine-lost':
    case 'engine-back':
      return inFlight;
    default:
      return assertNever(event);
  }
}

/** The answer that is being spoken is not wanted any more. */
export function withoutAnswer(inFlight: InFlight): InFlight {
  return answeringChanged(inFlight, { isOver: true });
}

/** The end of an answer that nobody waits for any more, and that the conversation will not tell of. */
export function endOf({ turn, asked, question, spoken }: Answering): ConversationEvent {
  return { type: 'turn', turn, asked, transcript: question, reply: spoken, interrupted: true, speechEndMs: 0, latency: null };
}

/** What has to be asked again after the connection broke at `endMs`: an answer from its next word on, and what was said into it. */
export function afterLoss(inFlight: InFlight, endMs: number): InFlight {
  const { answering, typed, upcomingFromMs, soundFromMs } = inFlight;
  if (answering === null) return { ...inFlight, speaking: false, upcomingFromMs: null, soundFromMs: soundFromMs ?? endMs };
  const { question, asked, spoken, isOver } = answering;
  return {
    typed: asked === 'typed' && question === typed ? null : typed,
    // The words of the question are known: only what was said after it has to be heard again.
    soundFromMs: upcomingFromMs ?? endMs,
    upcomingFromMs: null,
    speaking: false,
    answering: null,
    cutOff: isOver ? null : { question, asked, spoken },
  };
}

function turnFailed(inFlight: InFlight, endMs: number): InFlight {
  const { answering, typed, cutOff, soundFromMs } = inFlight;
  if (answering !== null) return afterLoss(inFlight, endMs);
  return { ...inFlight, speaking: false, soundFromMs: soundFromMs ?? (typed === null && cutOff === null ? endMs : null) };
}

function answeringChanged(inFlight: InFlight, change: Partial<Answering>): InFlight {
  return inFlight.answering === null ? inFlight : { ...inFlight, answering: { ...inFlight.answering, ...change } };
}
