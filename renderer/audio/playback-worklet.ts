import type { LinkDown } from '../../preload/contract.ts';
import { decodePcm } from './pcm.ts';
import { createReplyQueue } from './reply-queue.ts';
import { playbackProcessor, type Played } from './worklet-messages.ts';

/** At 24 kHz. Replies come in chunks of 40 ms: two and a half of them ride out a late one. */
const bufferSamples = 2400;
const fadeSamples = 120;
const reportEverySamples = 1200;

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #queue = createReplyQueue(bufferSamples, fadeSamples);
  #sinceReport = 0;
  #reported: number | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<LinkDown>) => {
      this.#take(data);
    };
  }

  process(_inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]): boolean {
    const block = outputs[0]?.[0];
    if (block === undefined) return true;
    this.#queue.pull(block);
    this.#sinceReport += block.length;
    const { playing, playhead } = this.#queue.state();
    if (playhead === null || playhead === this.#reported) return true;
    if (!playing || this.#sinceReport >= reportEverySamples) this.#report(playhead);
    return true;
  }

  #take(message: LinkDown): void {
    switch (message.kind) {
      case 'play':
        this.#queue.play(message.sample, decodePcm(message.pcm));
        return;
      case 'end':
        this.#queue.end();
        return;
      case 'drop':
        this.#queue.drop();
        return;
    }
  }

  #report(playhead: number): void {
    this.#sinceReport = 0;
    this.#reported = playhead;
    this.port.postMessage({ playhead } satisfies Played);
  }
}

registerProcessor(playbackProcessor, PlaybackProcessor);
