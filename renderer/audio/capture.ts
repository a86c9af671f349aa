import type { AudioDevice, AudioReport } from '../../preload/contract.ts';
import { chooseDevice, type DeviceChoice, type ListedDevice, unnamedDefault } from './device-choice.ts';
import type { MicrophoneFault, OpenMicrophone } from './microphone.ts';

/** A microphone may be busy for a moment: taken by another program, or its sound server starting anew. */
const retryAfterMs = 3000;

export interface CaptureState {
  readonly microphone: AudioReport['microphone'];
  readonly problem: string | null;
  readonly echoCancellation: boolean | null;
}

export const captureOff: CaptureState = { microphone: 'off', problem: null, echoCancellation: null };

/** What the page wants of the microphone now. */
export interface CaptureWish {
  readonly open: boolean;
  readonly device: AudioDevice | null;
  readonly listed: readonly ListedDevice[];
}

/** What capture needs from the browser. */
export interface CaptureDevices {
  readonly open: (deviceId: string, onLost: () => void) => Promise<OpenMicrophone>;
  readonly faultOf: (error: unknown) => MicrophoneFault;
  readonly onState: (state: CaptureState) => void;
}

export interface Capture {
  readonly wish: (wish: CaptureWish) => void;
}

type Held =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly key: string; readonly microphone: OpenMicrophone }
  /** Not tried again for the same wish: only a change or the timer can help. */
  | { readonly kind: 'refused'; readonly key: string };

const nothing = 'nothing';
const noDevice = 'no device';

/** Opens and closes the microphone, one step at a time, until what is held is what was wished for last. */
export function createCapture(devices: CaptureDevices): Capture {
  let wish: CaptureWish = { open: false, device: null, listed: [] };
  let held: Held = { kind: 'none' };
  let busy = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether the next step only repeats what failed: until it works, nothing has changed for anybody. */
  let repeating = false;

  async function settle(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      while (keyOf(held) !== wantedKey(wish)) await step();
    } finally {
      busy = false;
    }
  }

  async function step(): Promise<void> {
    clearTimeout(retry);
    const key = wantedKey(wish);
    const deviceId = choiceOf(wish)?.deviceId ?? '';
    const quiet = repeating;
    repeating = false;
    if (held.kind === 'open') await held.microphone.close();
    held = { kind: 'none' };
    if (key === nothing) {
      devices.onState(captureOff);
      return;
    }
    if (!quiet) devices.onState({ ...captureOff, microphone: 'opening' });
    try {
      const microphone = await devices.open(deviceId, onLost);
      held = { kind: 'open', key, microphone };
      devices.onState({ microphone: 'live', problem: null, echoCancellation: microphone.echoCancellation });
    } catch (error) {
      refuse(key, devices.faultOf(error));
    }
  }

  function refuse(key: string, { state, problem }: MicrophoneFault): void {
    held = { kind: 'refused', key };
    devices.onState({ microphone: state, problem, echoCancellation: null });
    if (state === 'failed') retry = setTimeout(tryAgain, retryAfterMs);
  }

  function tryAgain(): void {
    if (held.kind !== 'refused') return;
    held = { kind: 'none' };
    repeating = true;
    void settle();
  }

  function onLost(): void {
    if (held.kind !== 'open') return;
    const lost = held.microphone;
    held = { kind: 'none' };
    void lost.close().then(settle);
  }

  return {
    wish(next) {
      // Devices came or went: what was refused may work now.
      if (held.kind === 'refused' && next.open && next.listed !== wish.listed) held = { kind: 'none' };
      wish = next;
      // Names appear only once the microphone is open: still the default, now known.
      const choice = choiceOf(wish);
      if (held.kind === 'open' && held.key === unnamedDefault && choice?.deviceId === '') held = { ...held, key: choice.key };
      void settle();
    },
  };
}

function keyOf(held: Held): string {
  return held.kind === 'none' ? nothing : held.key;
}

/** A wish for another device, or another device behind the default, is another key. */
function wantedKey(wish: CaptureWish): string {
  return wish.open ? (choiceOf(wish)?.key ?? noDevice) : nothing;
}

function choiceOf({ open, device, listed }: CaptureWish): DeviceChoice | null {
  return open ? chooseDevice('audioinput', device, listed) : null;
}
