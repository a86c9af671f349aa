import { describe, expect, onTestFinished, test, vi } from 'vitest';
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

describe('a conversation that gives no sign', () => {
  /** What has become of a recording of one second after each of these waits, and what was said at their ends. */
  async function endsAfter(steps: readonly (readonly [waitS: number, event: ConversationEvent | null])[]): Promise<readonly (FeedEnd | null)[]> {
    vi.useFakeTimers();
    onTestFinished(() => { vi.useRealTimers(); });
    const feed = createFeed({ recording: recordingOf(1_000), fromMs: 0, pace: 'lockstep' });
    let end: FeedEnd | null = null;
    const ends: (FeedEnd | null)[] = [];
    void feed.run(() => undefined).then((found) => { end = found; });
    for (const [waitS, event] of steps) {
      await vi.advanceTimersByTimeAsync(waitS * 1_000);
      ends.push(end);
      if (event !== null) feed.take(event);
    }
    return ends;
  }
  const silent: FeedEnd = { kind: 'failed', service: 'conversation', reason: 'it gave no sign for 181 s', resumeMs: 0 };
  const lost: ConversationEvent = { type: 'engine-lost', turn: 1, service: 'llm' };
  const back: ConversationEvent = { type: 'engine-back', turn: 1, service: 'llm', waitedMs: 400_000 };

  test('is given up after three minutes and the length of the recording', async () => {
    expect(await endsAfter([[180, null], [2, null]])).toEqual([null, silent]);
  });

  test('has as long as it likes for an engine that it waits for, and its whole time again once that is back', async () => {
    expect(await endsAfter([[170, lost], [400, back], [180, null], [2, null]])).toEqual([null, null, null, silent]);
  });

  test('and whose patience with an engine ends fails for that engine', async () => {
    const failed: ConversationEvent = { type: 'turn-failed', turn: 1, service: 'llm', message: 'it did not answer in time' };
    expect(await endsAfter([[100, lost], [312, failed], [0, null]])).toEqual([null, null, { kind: 'failed', service: 'llm', reason: 'it did not answer in time', resumeMs: 0 }]);
  });
});
