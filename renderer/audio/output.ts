import type { LinkDown, speakerRateHz } from '../../preload/contract.ts';
import { type Played, playbackProcessor } from './worklet-messages.ts';

const rateHz: typeof speakerRateHz = 24_000;
/** An output that can be opened is there within a tenth of that. */
const openWithinMs = 3000;

/** One open output: it plays what is posted, on the device it was routed to. */
export interface Output {
  readonly post: (message: LinkDown) => void;
  readonly isRunning: () => boolean;
  readonly route: (deviceId: string) => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly suspend: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Told of the sample that was handed to the device last. */
export type OnPlayed = (sample: number, outputLatencyMs: number) => void;

/** TypeScript's library does not know the choice of an output yet. */
type RoutedContext = AudioContext & { readonly setSinkId: (sinkId: string) => Promise<void> };

/** Opens the system's default output. */
export async function openOutput(onPlayed: OnPlayed): Promise<Output> {
  const context = new AudioContext({ sampleRate: rateHz });
  try {
    await context.audioWorklet.addModule('playback.js');
  } catch (error) {
    await context.close();
    throw error;
  }
  const worklet = new AudioWorkletNode(context, playbackProcessor, { numberOfInputs: 0, outputChannelCount: [1] });
  worklet.connect(context.destination);
  worklet.port.onmessage = ({ data }: MessageEvent<Played>) => {
    onPlayed(data.playhead, (context.baseLatency + context.outputLatency) * 1000);
  };
  return {
    post(message) {
      worklet.port.postMessage(message);
    },
    isRunning: () => context.state === 'running',
    route: (deviceId) => (context as RoutedContext).setSinkId(deviceId),
    resume: () => resume(context),
    suspend: () => context.suspend(),
    close: () => context.close(),
  };
}

/** Without an output that can be opened, resuming waits for ever. */
async function resume(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The speaker could not be opened.'));
    }, openWithinMs);
  });
  try {
    await Promise.race([context.resume(), late]);
  } finally {
    clearTimeout(timer);
  }
}
