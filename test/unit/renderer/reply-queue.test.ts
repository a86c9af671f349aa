import { describe, expect, it } from 'vitest';
import { createReplyQueue } from '../../../renderer/audio/reply-queue.ts';

const bufferSamples = 8;
const fadeSamples = 4;

function queue() {
  return createReplyQueue(bufferSamples, fadeSamples);
}

function samples(count: number, value = 1): Float32Array {
  return new Float32Array(count).fill(value);
}

function pull(from: ReturnType<typeof queue>, count = 4): number[] {
  const block = new Float32Array(count);
  from.pull(block);
  return [...block];
}

describe('the reply queue', () => {
  it('is silent until enough waits to ride out a late chunk', () => {
    const reply = queue();
    reply.play(0, samples(7));
    expect(pull(reply)).toEqual([0, 0, 0, 0]);
    reply.play(7, samples(1));
    expect(pull(reply)).toEqual([1, 1, 1, 1]);
  });

  it('does not wait for more of a reply that has ended', () => {
    const reply = queue();
    reply.play(0, samples(2));
    reply.end();
    expect(pull(reply, 2)).toEqual([1, 1]);
  });

  it('joins chunks without a gap, whatever their length', () => {
    const reply = queue();
    reply.play(0, Float32Array.of(1, 2, 3));
    reply.play(3, Float32Array.of(4, 5, 6, 7, 8, 9));
    expect([...pull(reply), ...pull(reply)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('fades after the last sample instead of clicking, and reports where it stopped', () => {
    const reply = queue();
    reply.play(100, samples(4));
    reply.end();
    expect(pull(reply, 8)).toEqual([1, 1, 1, 1, 0.75, 0.5, 0.25, 0]);
    expect(reply.state()).toEqual({ playing: false, playhead: 104 });
  });

  it('gathers anew after it ran dry', () => {
    const reply = queue();
    reply.play(0, samples(8));
    expect(pull(reply, 12).at(-1)).toBe(0);
    reply.play(8, samples(4));
    expect(pull(reply)).toEqual([0, 0, 0, 0]);
    reply.play(12, samples(4));
    expect(pull(reply)).toEqual([1, 1, 1, 1]);
  });

  it('falls silent at once when it is dropped, and plays nothing of what was left', () => {
    const reply = queue();
    reply.play(0, samples(100));
    pull(reply);
    reply.drop();
    expect(pull(reply, 8)).toEqual([0.75, 0.5, 0.25, 0, 0, 0, 0, 0]);
    expect(reply.state()).toEqual({ playing: false, playhead: 4 });
  });

  it('follows the stream to wherever the next chunk stands', () => {
    const reply = queue();
    expect(reply.state().playhead).toBeNull();
    reply.play(48_000, samples(8));
    pull(reply);
    expect(reply.state()).toEqual({ playing: true, playhead: 48_004 });
    reply.drop();
    pull(reply);
    reply.play(96_000, samples(8));
    pull(reply);
    expect(reply.state().playhead).toBe(96_004);
  });

  it('takes an empty chunk for nothing', () => {
    const reply = queue();
    reply.play(0, samples(0));
    expect(pull(reply)).toEqual([0, 0, 0, 0]);
    expect(reply.state()).toEqual({ playing: false, playhead: null });
  });
});
