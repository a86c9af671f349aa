import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, transcribe } from './running-stack.ts';
import { writeSamples } from './sound.ts';

/** Ears of the tests: Whisper in a stack of its own, so that what is tested is not asked about itself. */
export interface Listener {
  readonly wordsOf: (samples: Int16Array, rateHz: number) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startListener(): Promise<Listener> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-listener-'));
  const stack = await startStack();
  return {
    wordsOf: async (samples, rateHz) => {
      const path = join(folder, 'heard.wav');
      await writeSamples(path, samples, rateHz);
      return transcribe(stack.service('stt'), path);
    },
    stop: async () => {
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Largest sample, 0 to 32,768. */
export function peakOf(samples: Int16Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

/** Lengths of the pauses inside the sound, in ms: stretches below 1 % of full scale between the first sound and the last. */
export function pausesMs(samples: Int16Array, rateHz: number): readonly number[] {
  const loud = [...samples.entries()].filter(([, sample]) => Math.abs(sample) > 327).map(([index]) => index);
  return loud.flatMap((index, place) => {
    const gapMs = ((index - (loud[place - 1] ?? index)) * 1000) / rateHz;
    return gapMs > 100 ? [gapMs] : [];
  });
}
