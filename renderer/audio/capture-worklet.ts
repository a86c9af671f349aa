import { createChunker } from './chunker.ts';
import { encodePcm, rootMeanSquare } from './pcm.ts';
import { type GateState, openGate, pastGate } from './quiet-gate.ts';
import { captureProcessor, type Captured } from './worklet-messages.ts';

/** 32 ms at 16 kHz: what the conversation's voice detection works on. */
const chunkSamples = 512;

/** A quiet room is told of once a second. */
const quietReportChunks = 31;

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #chunker = createChunker(chunkSamples);
  #gate: GateState<Uint8Array<ArrayBuffer>> = openGate;
  #untold = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const block = inputs[0]?.[0];
    if (block !== undefined) this.#chunker.push(block, this.#take);
    return true;
  }

  readonly #take = (chunk: Float32Array): void => {
    const rms = rootMeanSquare(chunk);
    const { gate, sent } = pastGate(this.#gate, encodePcm(chunk), rms);
    this.#gate = gate;
    this.#untold += 1;
    if (sent.length === 0 && this.#untold < quietReportChunks) return;
    const captured: Captured = { chunks: sent, rms, spanChunks: this.#untold };
    this.#untold = 0;
    this.port.postMessage(captured, sent.map(({ buffer }) => buffer));
  };
}

registerProcessor(captureProcessor, CaptureProcessor);
