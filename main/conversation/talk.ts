import type { Fault } from '../platform/fault.ts';
import type { Latency } from './latency.ts';

/** One exchange: what was heard, what was said, how long it took. */
export interface Turn {
  readonly transcript: string;
  readonly reply: string;
  readonly interrupted: boolean;
  readonly latency: Latency | null;
  /** End of the person's speech, in the recording. */
  readonly speechEndMs: number;
  /** End of speech → first audible reply sound as it reached main; known only when the clock paced the file. */
  readonly heardAfterMs: number | null;
}

export interface Talk {
  readonly turns: readonly Turn[];
  /** Reply audio of all turns, s16le mono. */
  readonly replyPcm: Uint8Array;
  readonly replyRateHz: number;
  /** What ended the talk before its end; the turns before it are kept. */
  readonly fault: Fault | null;
}

/** Everything that was understood, in order. */
export function transcriptOf(talk: Talk): string {
  return joined(talk.turns.map((turn) => turn.transcript));
}

/** Everything that was answered, in order. */
export function replyOf(talk: Talk): string {
  return joined(talk.turns.map((turn) => turn.reply));
}

function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ');
}
