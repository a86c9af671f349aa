import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureOff } from '../../../renderer/audio/capture.ts';
import { createVigil } from '../../../renderer/audio/vigil.ts';

const ready = { speaker: 'ready', problem: null } as const;
const live = { microphone: 'live', problem: null, echoCancellation: true } as const;

function stand() {
  const look = vi.fn();
  return { look, vigil: createVigil(look) };
}

describe('the vigil', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks after a second of zeros, then now and again', () => {
    const { look, vigil } = stand();
    for (let chunk = 0; chunk < 31; chunk += 1) vigil.onChunk(0);
    expect(look).not.toHaveBeenCalled();
    for (let chunk = 0; chunk < 161; chunk += 1) vigil.onChunk(0);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('takes the faintest noise for life', () => {
    const { look, vigil } = stand();
    for (let chunk = 0; chunk < 1000; chunk += 1) vigil.onChunk(chunk % 30 === 0 ? 0.00003 : 0);
    expect(look).not.toHaveBeenCalled();
  });

  it('looks once at the start of each reply', () => {
    const { look, vigil } = stand();
    const play = { kind: 'play', sample: 0, pcm: new Uint8Array(2) } as const;
    for (const message of [play, play, { kind: 'end' }, play, { kind: 'drop' }] as const) vigil.onLink(message);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('keeps looking only while a device is missed', () => {
    const { look, vigil } = stand();
    vigil.onDevices(live, ready);
    vi.advanceTimersByTime(60_000);
    expect(look).not.toHaveBeenCalled();
    vigil.onDevices({ ...captureOff, microphone: 'missing' }, ready);
    vigil.onDevices(live, { ...ready, speaker: 'missing' });
    vi.advanceTimersByTime(9000);
    expect(look).toHaveBeenCalledTimes(3);
    vigil.onDevices(live, ready);
    vi.advanceTimersByTime(60_000);
    expect(look).toHaveBeenCalledTimes(3);
  });
});
