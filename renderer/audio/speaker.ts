import type { AudioReport, LinkDown, speakerRateHz } from '../../preload/contract.ts';
import { reasonOf } from '../store/reason.ts';
import type { DeviceChoice } from './device-choice.ts';
import { type Played, playbackProcessor } from './worklet-messages.ts';

const rateHz: typeof speakerRateHz = 24_000;
/** An open output costs CPU even when it is silent. */
const restAfterMs = 2000;
/** An output that can be opened is there within a tenth of that. */
const openWithinMs = 3000;
/** What arrives while an output is refused is let go, and then tried again. */
const retryAfterMs = 5000;

export interface SpeakerState {
  readonly speaker: AudioReport['speaker'];
  readonly problem: string | null;
}

export interface Speaker {
  /** Null when there is no device at all: what comes is then not played. */
  readonly choose: (choice: DeviceChoice | null) => void;
  readonly take: (message: LinkDown) => void;
}

/** What the speaker tells the page. */
export interface SpeakerListener {
  readonly onState: (state: SpeakerState) => void;
  readonly onPlayhead: (sample: number, outputLatencyMs: number) => void;
}

interface Output {
  readonly context: AudioContext;
  readonly worklet: AudioWorkletNode;
}

/** TypeScript's library does not know the choice of an output yet. */
type RoutedContext = AudioContext & { readonly setSinkId: (sinkId: string) => Promise<void> };

/** Plays the replies on one output, which is opened for the first of them and rests when there is nothing to play. */
export function createSpeaker({ onState, onPlayhead }: SpeakerListener): Speaker {
  let choice: DeviceChoice | null = null;
  let routed: DeviceChoice | null = null;
  let opening: Promise<Output> | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let refused = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  /** Steps on the output, one after the other: a resume must not overtake the suspend before it. */
  let steps: Promise<void> = Promise.resolve();

  function then(step: (output: Output) => Promise<void>): void {
    steps = steps.then(async () => {
      if (refused) return;
      try {
        opening ??= openOutput(onPlayed);
        await step(await opening);
        onState({ speaker: choice === null ? 'missing' : 'ready', problem: null });
      } catch (error) {
        await forget();
        refused = true;
        retry = setTimeout(acceptAgain, retryAfterMs);
        onState({ speaker: 'failed', problem: reasonOf(error) });
      }
    });
  }

  function acceptAgain(): void {
    clearTimeout(retry);
    refused = false;
  }

  async function forget(): Promise<void> {
    const failed = opening;
    opening = null;
    routed = null;
    await failed?.then(({ context }) => context.close()).catch(() => undefined);
  }

  function onPlayed({ context }: Output, { playhead }: Played): void {
    awake();
    onPlayhead(playhead, (context.baseLatency + context.outputLatency) * 1000);
  }

  function awake(): void {
    clearTimeout(rest);
    rest = setTimeout(() => {
      then(({ context }) => context.suspend());
    }, restAfterMs);
  }

  /** Ahead of the first reply: opening an output for the first time may take longer than thinking of an answer. */
  function open(): void {
    then(async (output) => {
      await route(output);
      await resume(output.context);
      await output.context.suspend();
    });
  }

  async function route(output: Output): Promise<void> {
    if (choice === null || choice.key === routed?.key) return;
    // A stream that is on a lost default stays there: suspending lets go of it, resuming opens the new one.
    if (choice.deviceId === routed?.deviceId) await output.context.suspend();
    else if (choice.deviceId !== '' || routed !== null) await (output.context as RoutedContext).setSinkId(choice.deviceId);
    routed = choice;
  }

  return {
    choose(next) {
      const changed = next?.key !== choice?.key;
      choice = next;
      if (changed) acceptAgain();
      if (next === null) onState({ speaker: 'missing', problem: null });
      else if (opening === null && !refused) open();
      else if (changed) {
        then(async (output) => {
          const wasRunning = output.context.state === 'running';
          await route(output);
          if (wasRunning) await resume(output.context);
        });
      }
    },
    take(message) {
      if (choice === null || refused) return;
      awake();
      then(async (output) => {
        await route(output);
        output.worklet.port.postMessage(message);
        // What rests is silent already.
        if (message.kind !== 'drop' && output.context.state !== 'running') await resume(output.context);
      });
    },
  };
}

async function openOutput(onPlayed: (output: Output, played: Played) => void): Promise<Output> {
  const context = new AudioContext({ sampleRate: rateHz });
  try {
    await context.audioWorklet.addModule('playback.js');
  } catch (error) {
    await context.close();
    throw error;
  }
  const worklet = new AudioWorkletNode(context, playbackProcessor, { numberOfInputs: 0, outputChannelCount: [1] });
  worklet.connect(context.destination);
  const output = { context, worklet };
  worklet.port.onmessage = ({ data }: MessageEvent<Played>) => {
    onPlayed(output, data);
  };
  return output;
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
