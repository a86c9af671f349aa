import { describe, expect, test } from 'vitest';
import { createFeed, type Feed, type FeedEnd } from '../../../../main/conversation/io/feed.ts';
import type { ConversationEvent } from '../../../../main/conversation/messages.ts';

/** A recording of so many milliseconds; its samples count up so that what was sent can be told apart. */
function recordingOf(ms: number): Buffer {
  return Buffer.from(Int16Array.from({ length: ms * 16 }, (_, index) => (index % 30_000) + 1).buffer);
}

const turn: ConversationEvent = { type: 'turn', asked: 'spoken', turn: 1, transcript: 'Hello?', reply: 'Hi.', interrupted: false, speechEndMs: 500, latency: null };

/** Plays in lockstep against a conversation that hears everything and says `events` once it heard so much. */
async function play(recordingMs: number, fromMs: number, events: readonly (readonly [atMs: number, event: ConversationEvent])[]): Promise<{ end: FeedEnd; sent: Buffer }> {
  const feed: Feed = createFeed({ recording: recordingOf(recordingMs), fromMs, pace: 'lockstep' });
  const chunks: Uint8Array[] = [];
  const waiting = [...events];
  let heardMs = 0;
  const end = await feed.run((pcm) => {
    chunks.push(pcm);
    heardMs += pcm.length / 32;
    queueMicrotask(() => {
      while (waiting[0] !== undefined && waiting[0][0] <= heardMs) feed.take(waiting.shift()?.[1] ?? turn);
      feed.take({ type: 'heard', ms: heardMs });
    });
  });
  return { end, sent: Buffer.concat(chunks) };
}

describe('a recording that is fed to the conversation', () => {
  test('is sent whole, then silence until it is certain that nothing was said', async () => {
    const { end, sent } = await play(250, 0, []);
    expect({ end, start: sent.subarray(0, 8_000).equals(recordingOf(250)), rest: sent.subarray(8_000).every((byte) => byte === 0) }).toEqual({
      end: { kind: 'finished' },
      start: true,
      rest: true,
    });
  });

  test('ends soon after its last turn was answered', async () => {
    const { end, sent } = await play(1_000, 0, [
      [300, { type: 'speech-started', ms: 300 }],
      [1_200, { type: 'turn-ended', asked: 'spoken', turn: 1, transcript: 'Hello?', speechEndMs: 900 }],
      [1_200, turn],
    ]);
    expect({ end, sentMs: sent.length / 32 }).toEqual({ end: { kind: 'finished' }, sentMs: 2_400 });
  });

  test('waits as long as it takes to decide whether something was said', async () => {
    const { end, sent } = await play(1_000, 0, [
      [300, { type: 'speech-started', ms: 300 }],
      [9_000, { type: 'nothing-heard', ms: 9_000 }],
    ]);
    expect({ end, sentMs: sent.length / 32 }).toEqual({ end: { kind: 'finished' }, sentMs: 9_000 });
  });

  test('is heard out when the person interrupts an answer', async () => {
    const { end, sent } = await play(3_000, 0, [
      [300, { type: 'speech-started', ms: 300 }],
      [1_200, { type: 'turn-ended', asked: 'spoken', turn: 1, transcript: 'Hello?', speechEndMs: 900 }],
      [1_200, { type: 'speech-started', ms: 1_200 }],
      [1_200, { ...turn, interrupted: true }],
      [6_000, { type: 'turn-ended', asked: 'spoken', turn: 2, transcript: 'Wait.', speechEndMs: 2_500 }],
      [6_000, { type: 'turn-failed', turn: 2, service: 'llm', message: 'it closed the connection' }],
    ]);
    expect({ end, sentMs: sent.length / 32 }).toEqual({
      end: { kind: 'failed', service: 'llm', reason: 'it closed the connection', resumeMs: 500 },
      sentMs: 6_000,
    });
  });

  test('goes on by itself while the conversation waits for an engine', async () => {
    const { end, sent } = await play(1_000, 0, [
      [300, { type: 'speech-started', ms: 300 }],
      [1_200, { type: 'engine-lost', turn: null, service: 'stt' }],
      [1_300, { type: 'engine-back', turn: null, service: 'stt', waitedMs: 900 }],
      [1_400, { type: 'turn-ended', asked: 'spoken', turn: 1, transcript: 'Hello?', speechEndMs: 900 }],
      [1_400, turn],
    ]);
    expect({ end, sentMs: sent.length / 32 }).toEqual({ end: { kind: 'finished' }, sentMs: 2_400 });
  });

  test('says where the lost turn began when an engine fails in it', async () => {
    const { end } = await play(5_000, 1_000, [
      [2_000, { type: 'speech-started', ms: 2_000 }],
      [2_600, { type: 'turn-failed', turn: 1, service: 'tts', message: 'it closed the connection' }],
    ]);
    expect(end).toEqual({ kind: 'failed', service: 'tts', reason: 'it closed the connection', resumeMs: 2_300 });
  });

  test('begins in the middle when it is played again', async () => {
    const { sent } = await play(1_000, 600, []);
    expect(sent.subarray(0, 400 * 32).equals(recordingOf(1_000).subarray(600 * 32))).toBe(true);
  });
});
