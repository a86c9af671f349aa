import type { AudioReport, EarshotBridge, Snapshot } from '../../preload/contract.ts';
import { captureOff, type CaptureState, createCapture } from './capture.ts';
import { chooseDevice, devicesOf, type ListedDevice } from './device-choice.ts';
import { writeLevel } from './level.ts';
import { createAudioLink } from './link.ts';
import { microphoneFault, openMicrophone } from './microphone.ts';
import { openOutput } from './output.ts';
import { meterLevel } from './pcm.ts';
import { createReporter } from './report.ts';
import { createSpeaker, type SpeakerState } from './speaker.ts';
import { createVigil } from './vigil.ts';
import type { Captured } from './worklet-messages.ts';

/** The part of the state that the devices follow. */
type Wanted = Pick<Snapshot, 'audio'>['audio'];

/** The microphone and the speaker of the page. */
export interface PageAudio {
  /** Makes the devices follow what main wants. */
  readonly follow: (wanted: Wanted) => void;
}

/** Joins the devices with main: sound over the audio link, their state as reports. */
export function startAudio(bridge: EarshotBridge, onReport: (report: AudioReport) => void): PageAudio {
  let wanted: Wanted | null = null;
  let listed: readonly ListedDevice[] | null = null;
  let capture: CaptureState = captureOff;
  let speaker: SpeakerState = { speaker: 'ready', problem: null };
  const report = createReporter((told) => {
    onReport(told);
    // Main refuses only what does not fit the contract; the next change is told anyway.
    bridge.send({ kind: 'report-audio', report: told }).catch((error: unknown) => {
      console.error('The audio report was refused.', error);
    });
  });

  const output = createSpeaker({
    open: openOutput,
    onState(state) {
      speaker = state;
      tell();
    },
    onPlayhead(sample, outputLatencyMs) {
      link.send({ kind: 'playhead', sample, outputLatencyMs });
    },
  });
  const vigil = createVigil(() => void refresh());
  const link = createAudioLink(
    (message) => {
      vigil.onLink(message);
      output.take(message);
    },
    () => {
      output.take({ kind: 'drop' });
    },
  );
  const input = createCapture({
    open: (deviceId, onLost) => openMicrophone(deviceId, onCaptured, onLost),
    faultOf: microphoneFault,
    onState(state) {
      const named = state.microphone === 'live' && capture.microphone !== 'live';
      capture = state;
      if (state.microphone !== 'live') writeLevel(0);
      if (named) void refresh();
      tell();
    },
  });

  function onCaptured({ pcm, rms }: Captured): void {
    writeLevel(meterLevel(rms));
    vigil.onChunk(rms);
    link.send({ kind: 'heard', pcm });
  }

  async function refresh(): Promise<void> {
    const found = await navigator.mediaDevices.enumerateDevices();
    // The same devices stay the same value: nothing is tried again because of them.
    if (listed !== null && JSON.stringify(found) === JSON.stringify(listed)) return;
    listed = found;
    apply();
    tell();
  }

  function apply(): void {
    if (wanted === null || listed === null) return;
    input.wish({ open: wanted.capture, device: wanted.microphone, listed });
    output.choose(chooseDevice('audiooutput', wanted.speaker, listed));
  }

  function tell(): void {
    if (listed === null) return;
    vigil.onDevices(capture, speaker);
    report(audioReport(listed, capture, speaker));
  }

  navigator.mediaDevices.addEventListener('devicechange', () => void refresh());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refresh();
  });
  void refresh();
  return {
    follow(next) {
      wanted = next;
      apply();
    },
  };
}

function audioReport(listed: readonly ListedDevice[], capture: CaptureState, speaker: SpeakerState): AudioReport {
  return {
    microphones: [...devicesOf('audioinput', listed)],
    speakers: [...devicesOf('audiooutput', listed)],
    microphone: capture.microphone,
    speaker: speaker.speaker,
    problem: capture.problem ?? speaker.problem,
    echoCancellation: capture.echoCancellation,
  };
}
