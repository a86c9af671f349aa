/** Gathers the blocks of an audio graph (128 samples) into chunks of one length. */
export interface Chunker {
  /** Takes one block and hands out every chunk that it completed. The chunk is only valid during the call. */
  readonly push: (block: Float32Array, onChunk: (chunk: Float32Array) => void) => void;
}

export function createChunker(chunkSamples: number): Chunker {
  const chunk = new Float32Array(chunkSamples);
  let filled = 0;
  return {
    push(block, onChunk) {
      let taken = 0;
      while (taken < block.length) {
        const part = block.subarray(taken, taken + chunkSamples - filled);
        chunk.set(part, filled);
        filled += part.length;
        taken += part.length;
        if (filled < chunkSamples) return;
        filled = 0;
        onChunk(chunk);
      }
    },
  };
}
