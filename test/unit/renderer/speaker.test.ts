import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LinkDown } from '../../../preload/contract.ts';
import type { Output } from '../../../renderer/audio/output.ts';
import { createSpeaker, type SpeakerState } from '../../../renderer/audio/speaker.ts';

const standard = { deviceId: '', key: 'default: g1 Built-in' };
const headset = { deviceId: 'b', key: 'b' };

function play(sample: number): LinkDown {
  return { kind: 'play', sample, pcm: new Uint8Array(2) };
}

/** A stand for the browser: notes what is done with the output, and fails as told. */
function stand() {
  const done: string[] = [];
  const states: SpeakerState['speaker'][] = [];
  const shown = { running: false, broken: false };
  const output: Output = {
    post: (message) => done.push(message.kind === 'play' ? `play ${message.sample}` : message.kind),
    isRunning: () => shown.running,
    async route(deviceId) {
      await Promise.resolve();
      done.push(`route ${deviceId}`);
    },
    async resume() {
      await Promise.resolve();
      if (shown.broken) throw new Error('The speaker could not be opened.');
      shown.running = true;
    },
    async suspend() {
      await Promise.resolve();
      shown.running = false;
    },
    async close() {
      await Promise.resolve();
      done.push('close');
    },
  };
  const speaker = createSpeaker({
    open: () => Promise.resolve(output),
    onState: ({ speaker: state }) => states.push(state),
    onPlayhead: () => undefined,
  });
  async function settle(durationMs = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(durationMs);
  }
  return { speaker, done, states, shown, settle };
}

describe('the speaker', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('plays what came before the devices were known', async () => {
    const { speaker, done, shown, settle } = stand();
    for (const message of [play(0), play(960), { kind: 'end' }] as const) speaker.take(message);
    await settle();
    expect(done).toEqual([]);
    speaker.choose(headset);
    speaker.take(play(1920));
    await settle();
    expect({ done, running: shown.running }).toEqual({ done: ['route b', 'play 0', 'play 960', 'end', 'play 1920'], running: true });
  });

  it('forgets what was dropped before the devices were known', async () => {
    const { speaker, done, settle } = stand();
    speaker.take(play(0));
    speaker.take({ kind: 'drop' });
    speaker.take(play(960));
    speaker.choose(standard);
    await settle();
    expect(done).toEqual(['play 960']);
  });

  it('plays nothing of what came while there was no device, or before that was known', async () => {
    const { speaker, done, states, settle } = stand();
    speaker.take(play(0));
    speaker.choose(null);
    speaker.take(play(960));
    speaker.choose(standard);
    await settle();
    expect({ done, states }).toEqual({ done: [], states: ['missing', 'ready'] });
  });

  it('moves to another device in the middle of a reply', async () => {
    const { speaker, done, shown, settle } = stand();
    speaker.choose(standard);
    speaker.take(play(0));
    await settle();
    speaker.choose(headset);
    speaker.take(play(960));
    await settle();
    expect({ done, running: shown.running }).toEqual({ done: ['play 0', 'route b', 'play 960'], running: true });
  });

  it('rests when nothing comes any more', async () => {
    const { speaker, shown, settle } = stand();
    speaker.choose(standard);
    speaker.take(play(0));
    await settle(1900);
    expect(shown.running).toBe(true);
    await settle(200);
    expect(shown.running).toBe(false);
  });

  it('lets go of an output that cannot be opened, and tries again later', async () => {
    const { speaker, done, states, shown, settle } = stand();
    shown.broken = true;
    speaker.choose(standard);
    await settle();
    shown.broken = false;
    speaker.take(play(0));
    await settle(5000);
    expect({ done, states }).toEqual({ done: ['close'], states: ['failed'] });
    speaker.take(play(960));
    await settle();
    expect({ done, last: states.at(-1) }).toEqual({ done: ['close', 'play 960'], last: 'ready' });
  });
});
