/** Reply audio that waits to be played, in the order of the stream. */
export interface ReplyQueue {
  /** Takes samples whose first stands at `position` in the stream of all replies. */
  readonly play: (position: number, samples: Float32Array) => void;
  /** Nothing follows for now: what is there need not wait for more. */
  readonly end: () => void;
  /** Forgets what was not played and falls silent within the fade. */
  readonly drop: () => void;
  /** Fills a block with what comes next, or with silence. */
  readonly pull: (block: Float32Array) => void;
  readonly state: () => QueueState;
}

export interface QueueState {
  /** Whether sound comes out, or silence. */
  readonly playing: boolean;
  /** Position after the last sample played, or null before the first. */
  readonly playhead: number | null;
}

interface Chunk {
  readonly position: number;
  readonly samples: Float32Array;
}

/**
 * A jitter buffer: it starts once `bufferSamples` wait or the reply has ended, and after running dry it gathers as
 * many again, since stuttering on is worse than one pause. A sudden stop clicks, so the last value fades out.
 */
export function createReplyQueue(bufferSamples: number, fadeSamples: number): ReplyQueue {
  let chunks: Chunk[] = [];
  let offset = 0;
  let waiting = 0;
  let playing = false;
  let ended = true;
  let playhead: number | null = null;
  let lastValue = 0;
  let fadeLeft = 0;

  function startFade(): void {
    playing = false;
    fadeLeft = fadeSamples;
  }

  function fade(block: Float32Array, from: number): void {
    for (let index = from; index < block.length; index += 1) {
      if (fadeLeft > 0) fadeLeft -= 1;
      block[index] = fadeLeft === 0 ? 0 : (lastValue * fadeLeft) / fadeSamples;
    }
  }

  function takeInto(block: Float32Array, from: number): number {
    const chunk = chunks[0];
    if (chunk === undefined) return 0;
    const part = chunk.samples.subarray(offset, offset + block.length - from);
    block.set(part, from);
    offset += part.length;
    waiting -= part.length;
    playhead = chunk.position + offset;
    lastValue = part.at(-1) ?? lastValue;
    if (offset === chunk.samples.length) {
      chunks.shift();
      offset = 0;
    }
    return part.length;
  }

  return {
    play(position, samples) {
      if (samples.length === 0) return;
      chunks.push({ position, samples });
      waiting += samples.length;
      ended = false;
    },
    end() {
      ended = true;
    },
    drop() {
      chunks = [];
      offset = 0;
      waiting = 0;
      ended = true;
      if (playing) startFade();
    },
    pull(block) {
      if (!playing && waiting > 0 && (ended || waiting >= bufferSamples)) playing = true;
      let filled = 0;
      while (playing && filled < block.length && waiting > 0) filled += takeInto(block, filled);
      if (playing && waiting === 0 && filled < block.length) startFade();
      fade(block, filled);
    },
    state: () => ({ playing, playhead }),
  };
}
