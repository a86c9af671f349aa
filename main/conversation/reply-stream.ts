/** A piece of the one stream of all replies; `sample` is the place of its first sample in it. */
export interface ReplyChunk {
  readonly sample: number;
  readonly pcm: Uint8Array;
}

/**
 * What was answered and not heard yet. It stays here until the speaker's playhead has passed it, so that a page that
 * crashes in mid-sentence goes on with the very next sample.
 */
export interface ReplyStream {
  /** Appends s16le mono; a copy is kept. */
  readonly push: (pcm: Uint8Array) => ReplyChunk;
  /** The playhead has come to `sample`. */
  readonly played: (sample: number) => void;
  /** What has still to be played, from the playhead on. */
  readonly unplayed: () => readonly ReplyChunk[];
  /** Nobody wants to hear the rest. */
  readonly drop: () => void;
}

const bytesPerSample = 2;

export function createReplyStream(): ReplyStream {
  let chunks: readonly ReplyChunk[] = [];
  let end = 0;
  return {
    push: (pcm) => {
      // An exact copy: a view into a larger buffer would be sent to the page with all of that buffer.
      const chunk = { sample: end, pcm: new Uint8Array(pcm) };
      chunks = [...chunks, chunk];
      end += pcm.length / bytesPerSample;
      return chunk;
    },
    played: (sample) => {
      chunks = chunks.flatMap((chunk) => chunkFrom(chunk, sample));
    },
    unplayed: () => chunks,
    drop: () => {
      chunks = [];
    },
  };
}

/** What of a chunk comes at or after `sample`. */
function chunkFrom(chunk: ReplyChunk, sample: number): readonly ReplyChunk[] {
  const past = sample - chunk.sample;
  if (past <= 0) return [chunk];
  const rest = chunk.pcm.slice(past * bytesPerSample);
  return rest.length === 0 ? [] : [{ sample, pcm: rest }];
}
