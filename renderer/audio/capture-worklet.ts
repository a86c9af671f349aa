import { createChunker } from './chunker.ts';
import { encodePcm, meterLevel } from './pcm.ts';
import { captureProcessor, type Captured } from './worklet-messages.ts';

/** 32 ms at 16 kHz: what the conversation's voice detection works on. */
const chunkSamples = 512;

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #chunker = createChunker(chunkSamples);

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const block = inputs[0]?.[0];
    if (block !== undefined) this.#chunker.push(block, this.#emit);
    return true;
  }

  readonly #emit = (chunk: Float32Array): void => {
    const pcm = encodePcm(chunk);
    this.port.postMessage({ pcm, level: meterLevel(chunk) } satisfies Captured, [pcm.buffer]);
  };
}

registerProcessor(captureProcessor, CaptureProcessor);
