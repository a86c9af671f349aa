import type { AudioReport, LinkDown } from '../../preload/contract.ts';
import { reasonOf } from '../store/reason.ts';
import type { DeviceChoice } from './device-choice.ts';
import type { OnPlayed, Output } from './output.ts';

/** An open output costs CPU even when it is silent. */
const restAfterMs = 2000;
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

/** What the speaker needs from the browser, and what it tells the page. */
export interface SpeakerDevices {
  readonly open: (onPlayed: OnPlayed) => Promise<Output>;
  readonly onState: (state: SpeakerState) => void;
  readonly onPlayhead: OnPlayed;
}

/** Plays the replies on one output, which is opened for the first of them and rests when there is nothing to play. */
export function createSpeaker({ open, onState, onPlayhead }: SpeakerDevices): Speaker {
  /** Undefined until the devices are known. */
  let choice: DeviceChoice | null | undefined;
  /** Came before that: to a page that was loaded anew, main sends the unplayed rest of a reply at once. */
  let early: LinkDown[] = [];
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
        opening ??= open(onPlayed);
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
    await failed?.then((output) => output.close()).catch(() => undefined);
  }

  function onPlayed(sample: number, outputLatencyMs: number): void {
    awake();
    onPlayhead(sample, outputLatencyMs);
  }

  function awake(): void {
    clearTimeout(rest);
    rest = setTimeout(() => {
      then((output) => output.suspend());
    }, restAfterMs);
  }

  /** Ahead of the first reply: opening an output for the first time may take longer than thinking of an answer. */
  function openAhead(): void {
    then(async (output) => {
      await route(output);
      await output.resume();
      await output.suspend();
    });
  }

  async function route(output: Output): Promise<void> {
    if (choice === null || choice === undefined || choice.key === routed?.key) return;
    // A stream that is on a lost default stays there: suspending lets go of it, resuming opens the new one.
    if (choice.deviceId === routed?.deviceId) await output.suspend();
    else if (choice.deviceId !== '' || routed !== null) await output.route(choice.deviceId);
    routed = choice;
  }

  function take(message: LinkDown): void {
    if (choice === undefined) {
      if (message.kind === 'drop') early = [];
      else early.push(message);
      return;
    }
    if (choice === null || refused) return;
    awake();
    then(async (output) => {
      await route(output);
      output.post(message);
      // What rests is silent already.
      if (message.kind !== 'drop' && !output.isRunning()) await output.resume();
    });
  }

  return {
    choose(next) {
      const changed = next?.key !== choice?.key;
      choice = next;
      if (changed) acceptAgain();
      // An output that was sent to a device that is gone stays silent, even when that device comes back.
      if (next === null && opening !== null) steps = steps.then(forget);
      if (next === null) onState({ speaker: 'missing', problem: null });
      else if (opening === null && !refused) openAhead();
      else if (changed) {
        then(async (output) => {
          const wasRunning = output.isRunning();
          await route(output);
          if (wasRunning) await output.resume();
        });
      }
      for (const message of early) take(message);
      early = [];
    },
    take,
  };
}
