import type { Supervisor } from '../services/io/supervisor.ts';
import type { Exchange } from './exchanges.ts';
import type { ReplyChunk } from './reply-stream.ts';
import type { TurnEvent } from './turn-event.ts';

/** The conversation with the person at the microphone, for as long as the app runs. */
export interface Live {
  /** Sound of the microphone, 16 kHz s16le mono. */
  readonly hear: (pcm: Uint8Array) => void;
  /** The microphone is closed: what was said up to here is the whole question. */
  readonly endQuestion: () => void;
  readonly ask: (text: string) => void;
  readonly stopSpeaking: () => void;
  /** Forgets everything that was said. */
  readonly startOver: () => void;
  /** Reply sample the speaker was handed last, and how long it takes from there to the ear. */
  readonly playhead: (sample: number, outputLatencyMs: number) => void;
  /** Nobody can play the reply: the speaker is gone. */
  readonly discardReply: () => void;
  /** What a new page has to play. */
  readonly unplayed: () => readonly ReplyChunk[];
  /** "3.12": the turn that is being answered, so that what engines say meanwhile can be told apart by turns. */
  readonly turnInFlight: () => string | null;
  readonly close: () => void;
}

export interface LiveOptions {
  readonly supervisor: Supervisor;
  /** What was said before this stack was started. */
  readonly before: readonly Exchange[];
  /** Whether there is a speaker; without one nothing waits to be played. */
  readonly hasSpeaker: () => boolean;
  /** The conversation listens from now on. */
  readonly onConnected: () => void;
  readonly onExchanges: (exchanges: readonly Exchange[]) => void;
  readonly onReply: (chunk: ReplyChunk) => void;
  /** Nothing follows the reply sound for now. */
  readonly onReplyEnd: () => void;
  /** The reply is not wanted any more. */
  readonly onReplyDropped: () => void;
  /** Whether reply sound waits to be played has changed. */
  readonly onPlaying: (playing: boolean) => void;
  readonly onTurn?: (event: TurnEvent) => void;
}
