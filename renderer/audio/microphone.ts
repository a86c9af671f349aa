import type { AudioDevice, AudioReport, microphoneRateHz } from '../../preload/contract.ts';
import { reasonOf } from '../store/reason.ts';
import { type Captured, captureProcessor } from './worklet-messages.ts';

const rateHz: typeof microphoneRateHz = 16_000;

/** One microphone that is open. */
export interface OpenMicrophone {
  readonly echoCancellation: boolean;
  readonly close: () => Promise<void>;
}

/** Why it could not be opened, in the contract's words. */
export interface MicrophoneFault {
  readonly state: Extract<AudioReport['microphone'], 'missing' | 'denied' | 'failed'>;
  readonly problem: string;
}

/** Opens a device (empty: the system's default) and hands out its chunks until it is closed or unplugged. */
export async function openMicrophone(
  deviceId: AudioDevice['id'],
  onCaptured: (captured: Captured) => void,
  onLost: () => void,
): Promise<OpenMicrophone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {
      ...(deviceId === '' ? {} : { deviceId: { exact: deviceId } }),
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      channelCount: 1,
    },
  });
  const [track] = stream.getAudioTracks();
  if (track === undefined) throw new DOMException('The microphone gave no sound.', 'NotFoundError');
  try {
    const context = await captureFrom(stream, onCaptured);
    track.addEventListener('ended', onLost);
    if (track.readyState === 'ended') throw new DOMException('The microphone went away.', 'NotReadableError');
    return {
      echoCancellation: cancelsEcho(track),
      async close() {
        track.removeEventListener('ended', onLost);
        track.stop();
        await context.close();
      },
    };
  } catch (error) {
    track.removeEventListener('ended', onLost);
    track.stop();
    throw error;
  }
}

/** What a failed opening means. */
export function microphoneFault(error: unknown): MicrophoneFault {
  const name = error instanceof DOMException ? error.name : '';
  const problem = reasonOf(error);
  if (name === 'NotAllowedError' || name === 'SecurityError') return { state: 'denied', problem };
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return { state: 'missing', problem };
  return { state: 'failed', problem };
}

async function captureFrom(stream: MediaStream, onCaptured: (captured: Captured) => void): Promise<AudioContext> {
  // Without an output of its own: else listening would keep the speaker open, and need one.
  const options: AudioContextOptions & { readonly sinkId: { readonly type: 'none' } } = {
    sampleRate: rateHz,
    sinkId: { type: 'none' },
  };
  const context = new AudioContext(options);
  try {
    await context.audioWorklet.addModule('capture.js');
    const worklet = new AudioWorkletNode(context, captureProcessor, { channelCount: 1, channelCountMode: 'explicit' });
    worklet.port.onmessage = ({ data }: MessageEvent<Captured>) => {
      onCaptured(data);
    };
    context.createMediaStreamSource(stream).connect(worklet).connect(context.destination);
    await context.resume();
    return context;
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** Newer browsers name the kind of cancellation where older ones say true. */
function cancelsEcho(track: MediaStreamTrack): boolean {
  const settings: { readonly echoCancellation?: boolean | string } = track.getSettings();
  return settings.echoCancellation !== undefined && settings.echoCancellation !== false;
}
