import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CaptureState, type CaptureWish, createCapture } from '../../../renderer/audio/capture.ts';
import type { ListedDevice } from '../../../renderer/audio/device-choice.ts';
import type { MicrophoneFault } from '../../../renderer/audio/microphone.ts';

function input(deviceId: string, label: string): ListedDevice {
  return { kind: 'audioinput', deviceId, label, groupId: `group of ${label}` };
}

const both = [input('default', 'Built-in'), input('a', 'Built-in'), input('b', 'Headset')];
const headset = { id: 'b', label: 'Headset' };
/** What the browser lists before any microphone was open. */
const unnamed = [{ kind: 'audioinput', deviceId: '', label: '', groupId: '' }] as const;

/** A stand for the browser: counts what is open, and fails as told. */
function stand() {
  const opened: string[] = [];
  const states: CaptureState['microphone'][] = [];
  const lost: (() => void)[] = [];
  const shown = { open: 0, most: 0, fault: null as MicrophoneFault | null };
  const capture = createCapture({
    async open(deviceId, onLost) {
      await Promise.resolve();
      if (shown.fault !== null) throw new Error('refused');
      opened.push(deviceId);
      lost.push(onLost);
      shown.open += 1;
      shown.most = Math.max(shown.most, shown.open);
      return {
        echoCancellation: true,
        async close() {
          await Promise.resolve();
          shown.open -= 1;
        },
      };
    },
    faultOf: () => shown.fault ?? { state: 'failed', problem: 'unknown' },
    onState: ({ microphone }) => states.push(microphone),
  });
  async function wish(next: Partial<CaptureWish>): Promise<void> {
    capture.wish({ open: true, device: null, listed: both, ...next });
    await vi.advanceTimersByTimeAsync(0);
  }
  return { capture, opened, states, lost, shown, wish };
}

describe('capture', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens and closes the microphone as it is told', async () => {
    const { states, shown, wish } = stand();
    await wish({});
    await wish({ open: false });
    expect(states).toEqual(['opening', 'live', 'off']);
    expect(shown.open).toBe(0);
  });

  it('never holds two microphones, however fast it is switched', async () => {
    const { capture, opened, shown, wish } = stand();
    for (const open of [true, false, true, false, true, false, true]) capture.wish({ open, device: null, listed: both });
    await wish({ device: headset });
    expect({ most: shown.most, open: shown.open, last: opened.at(-1) }).toEqual({ most: 1, open: 1, last: 'b' });
  });

  it('moves to the default when the chosen one is unplugged, and back when it returns', async () => {
    const { opened, lost, states, wish } = stand();
    await wish({ device: headset });
    lost.at(-1)?.();
    await wish({ device: headset, listed: both.slice(0, 2) });
    await wish({ device: headset, listed: [...both] });
    expect(opened.at(-1)).toBe('b');
    expect(opened).toContain('');
    expect(states.at(-1)).toBe('live');
  });

  it('asks once where it may not, and not again for the same wish', async () => {
    const { shown, states, wish } = stand();
    shown.fault = { state: 'denied', problem: 'Permission denied' };
    await wish({});
    await wish({});
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states).toEqual(['opening', 'denied']);
  });

  it('tries again when a device appears', async () => {
    const { shown, states, wish } = stand();
    shown.fault = { state: 'missing', problem: 'Requested device not found' };
    await wish({ listed: [] });
    shown.fault = null;
    await wish({ listed: both });
    expect(states).toEqual(['opening', 'missing', 'opening', 'live']);
  });

  it('tries a busy microphone again and again without a word, until it works', async () => {
    const { opened, shown, states, wish } = stand();
    shown.fault = { state: 'failed', problem: 'Could not start audio source' };
    await wish({});
    await vi.advanceTimersByTimeAsync(6000);
    expect(states).toEqual(['opening', 'failed', 'failed', 'failed']);
    shown.fault = null;
    await vi.advanceTimersByTimeAsync(3000);
    expect({ opened, last: states.at(-1), tries: states.length }).toEqual({ opened: [''], last: 'live', tries: 5 });
  });

  it('says that it opens another microphone than the busy one', async () => {
    const { shown, states, wish } = stand();
    shown.fault = { state: 'failed', problem: 'Could not start audio source' };
    await wish({});
    await vi.advanceTimersByTimeAsync(3000);
    shown.fault = null;
    await wish({ device: headset });
    expect(states).toEqual(['opening', 'failed', 'failed', 'opening', 'live']);
  });

  it('lets a busy microphone be once it is unwanted', async () => {
    const { opened, shown, states, wish } = stand();
    shown.fault = { state: 'failed', problem: 'Could not start audio source' };
    await wish({});
    await wish({ open: false });
    shown.fault = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect({ opened, states }).toEqual({ opened: [], states: ['opening', 'failed', 'off'] });
  });

  it('does not open anew only because the browser now tells names', async () => {
    const { opened, wish } = stand();
    await wish({ listed: unnamed });
    await wish({ listed: both });
    expect(opened).toEqual(['']);
  });

  it('closes a microphone without a name as any other', async () => {
    const { shown, states, wish } = stand();
    await wish({ listed: unnamed });
    await wish({ open: false, listed: unnamed });
    expect({ open: shown.open, last: states.at(-1) }).toEqual({ open: 0, last: 'off' });
    await wish({ listed: unnamed });
    expect({ open: shown.open, last: states.at(-1) }).toEqual({ open: 1, last: 'live' });
  });

  it('moves from a microphone without a name to the one that is chosen', async () => {
    const { opened, shown, wish } = stand();
    await wish({ listed: unnamed });
    await wish({ device: headset });
    expect({ opened, open: shown.open }).toEqual({ opened: ['', 'b'], open: 1 });
  });

  it('moves to a microphone chosen before, as soon as its name is known', async () => {
    const { opened, shown, wish } = stand();
    await wish({ device: headset, listed: unnamed });
    await wish({ device: headset });
    expect({ opened, open: shown.open }).toEqual({ opened: ['', 'b'], open: 1 });
  });
});
