import { createReplyStream, type ReplyChunk } from './reply-stream.ts';
import { firstAudibleSample } from './wav.ts';

/** The reply on its way from the conversation to the ear. */
export interface ReplyPlayback {
  /** This exchange is answered from now on; `sinceMs` is when the person ended the question, null where nobody knows. */
  readonly expect: (exchange: number, sinceMs: number | null) => void;
  readonly take: (pcm: Uint8Array) => void;
  /** The reply is not wanted any more. */
  readonly drop: () => void;
  /** Reply sample the speaker was handed last, and how long it takes from there to the ear. */
  readonly played: (sample: number, outputLatencyMs: number) => void;
  readonly unplayed: () => readonly ReplyChunk[];
}

export interface ReplyPlaybackOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly onReply: (chunk: ReplyChunk) => void;
  readonly onDropped: () => void;
  /** Whether reply sound waits to be played has changed. */
  readonly onPlaying: (playing: boolean) => void;
  /** The first sound of an exchange's answer has reached the ear. */
  readonly onHeard: (exchange: number, afterMs: number) => void;
}

const replyRateHz = 24_000;
/** Samples above this are heard as sound (1 % of full scale). */
const audibleLevel = 327;

export function createReplyPlayback(options: ReplyPlaybackOptions): ReplyPlayback {
  const stream = createReplyStream();
  let awaiting: { readonly exchange: number; readonly sinceMs: number } | null = null;
  let firstSound: { readonly exchange: number; readonly sample: number; readonly sinceMs: number } | null = null;
  let playing = false;

  function tellPlaying(): void {
    const now = stream.unplayed().length > 0;
    if (now === playing) return;
    playing = now;
    options.onPlaying(now);
  }

  return {
    expect: (exchange, sinceMs) => {
      awaiting = sinceMs === null ? null : { exchange, sinceMs };
    },
    take: (pcm) => {
      const chunk = stream.push(pcm);
      const audible = awaiting === null ? -1 : firstAudibleSample(chunk.pcm, audibleLevel);
      if (awaiting !== null && audible >= 0) {
        firstSound = { ...awaiting, sample: chunk.sample + audible };
        awaiting = null;
      }
      options.onReply(chunk);
      tellPlaying();
    },
    drop: () => {
      stream.drop();
      firstSound = null;
      awaiting = null;
      options.onDropped();
      tellPlaying();
    },
    played: (sample, outputLatencyMs) => {
      stream.played(sample);
      if (firstSound !== null && sample >= firstSound.sample) {
        const heardAtMs = options.now() - ((sample - firstSound.sample) * 1000) / replyRateHz + outputLatencyMs;
        options.onHeard(firstSound.exchange, heardAtMs - firstSound.sinceMs);
        firstSound = null;
      }
      tellPlaying();
    },
    unplayed: stream.unplayed,
  };
}
