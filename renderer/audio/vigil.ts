import type { LinkDown } from '../../preload/contract.ts';
import type { CaptureState } from './capture.ts';
import type { SpeakerState } from './speaker.ts';

/** While a device is missed, somebody is waiting for it. */
const lookAgainAfterMs = 3000;
/** A second of chunks: no working microphone is that silent. */
const silentChunks = 32;
const silentChunksBetween = 160;

/**
 * Says when to look at the devices unasked. The browser tells of changes that the kernel tells it; of a Bluetooth headset or
 * anything else that only the sound server knows, it tells once somebody asks. A microphone that is gone gives zeros.
 */
export interface Vigil {
  readonly onChunk: (rms: number) => void;
  readonly onLink: (message: LinkDown) => void;
  readonly onDevices: (capture: CaptureState, speaker: SpeakerState) => void;
}

export function createVigil(look: () => void): Vigil {
  let silent = 0;
  let replying = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    onChunk(rms) {
      silent = rms === 0 ? silent + 1 : 0;
      if (silent >= silentChunks && (silent - silentChunks) % silentChunksBetween === 0) look();
    },
    onLink(message) {
      const begins = message.kind === 'play' && !replying;
      replying = message.kind === 'play';
      if (begins) look();
    },
    onDevices({ microphone }, { speaker }) {
      const missed = microphone === 'missing' || speaker === 'missing';
      if (missed) timer ??= setInterval(look, lookAgainAfterMs);
      else {
        clearInterval(timer);
        timer = undefined;
      }
    },
  };
}
