import { describe, expect, test, vi } from 'vitest';
import type { Live } from '../../../../main/conversation/io/live.ts';
import { openLive, told, turn, turnEnded, until } from './open-live.ts';

describe('a question in writing', () => {
  test('is sent, answered and heard', async () => {
    const { live, conversation, page, shows, exchanges } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    expect(await told(talk, 1)).toEqual([{ ask: 'Hello?' }]);
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.speak([5, 6]);
    talk.speak([7]);
    talk.say(turn(1, 'typed', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    expect({ page, answers: exchanges().map(({ answer }) => answer) }).toEqual({ page: ['drop', [0, [5, 6]], [2, [7]], 'end'], answers: ['Hi.'] });
  });

  test('put twice in a row: the second one is answered and the first one shows that it was interrupted', async () => {
    const { live, conversation, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('First?');
    live.ask('Second?');
    expect(await told(talk, 2)).toEqual([{ ask: 'First?' }, { ask: 'Second?' }]);
    talk.say(turnEnded(1, 'typed', 'First?'));
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'typed', 'First?', '', true));
    talk.say(turnEnded(2, 'typed', 'Second?'));
    talk.say(turn(2, 'typed', 'Second?', 'Yes.'));
    await shows(['First?', 'interrupted'], ['Second?', 'done']);
  });

  test('put into an answer takes its place', async () => {
    const { live, conversation, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('First?');
    talk.say(turnEnded(1, 'typed', 'First?'));
    talk.speak([1]);
    await shows(['First?', 'speaking']);
    live.ask('Second?');
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'typed', 'First?', 'One', true));
    talk.say(turnEnded(2, 'typed', 'Second?'));
    await shows(['First?', 'interrupted'], ['Second?', 'thinking']);
  });

  test('waits until everything runs, and of two the newer one is asked', async () => {
    const { live, conversation, become, lose, shows } = await openLive();
    become({ conversation: { kind: 'backing-off', untilMs: 0, reason: 'it ended' } });
    await lose(await conversation(1));
    live.ask('First?');
    live.ask('Second?');
    await shows(['First?', 'interrupted'], ['Second?', 'thinking']);
    become({});
    expect(await told(await conversation(2), 1)).toEqual([{ ask: 'Second?' }]);
  });

  test('while a service is given up is answered with what happened and what to do', async () => {
    const { live, conversation, become, lose, exchanges } = await openLive();
    become({ conversation: { kind: 'failed', reason: 'it ended' } });
    await lose(await conversation(1));
    live.ask('Hello?');
    expect(exchanges().map(({ question, state, problem }) => ({ question, state, problem }))).toEqual([
      { question: 'Hello?', state: 'failed', problem: 'The conversation does not run. Choose “Try again” above.' },
    ]);
  });
});

describe('the microphone', () => {
  test('is relayed piece by piece', async () => {
    const { hear, conversation } = await openLive();
    const talk = await conversation(1);
    hear(1, 2, 3);
    expect(await told(talk, 3)).toEqual([1, 2, 3]);
  });

  test('that is closed ends the question with the silence that ends any turn', async () => {
    const { live, conversation, hear } = await openLive();
    const talk = await conversation(1);
    hear(1);
    live.endQuestion();
    await told(talk, 2);
    expect(talk.requests[1]).toEqual({ sound: Array<number>(3_200 * 16).fill(0) });
  });
});

describe('an answer', () => {
  test('that is spoken into ends at once, and the next one is heard', async () => {
    const { conversation, page, live } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1, 2]);
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'spoken', 'First?', 'One', true));
    talk.say(turnEnded(2, 'spoken', 'Second?'));
    talk.speak([3]);
    await until(() => page.length === 4);
    expect({ page, unplayed: live.unplayed().map(({ sample }) => sample) }).toEqual({ page: [[0, [1, 2]], 'drop', 'end', [2, [3]]], unplayed: [2] });
  });

  test('that is stopped ends at once: what still arrives of it is not played, and the next one is', async () => {
    const { live, conversation, page, shows } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1]);
    await until(() => page.length === 1);
    live.stopSpeaking();
    talk.speak([2]);
    expect(await told(talk, 1)).toEqual([{ stopSpeaking: true }]);
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'spoken', 'First?', 'One', true));
    talk.say(turnEnded(2, 'spoken', 'Second?'));
    talk.speak([3]);
    await shows(['First?', 'interrupted'], ['Second?', 'speaking']);
    expect(page.filter((told) => told !== 'drop')).toEqual([[0, [1]], 'end', [1, [3]]]);
  });

  test.each([
    ['a question in writing', (live: Live) => { live.ask('Second?'); }],
    ['starting over', (live: Live) => { live.startOver(); }],
  ])('ends at once with %s too', async (_what, end) => {
    const { live, conversation, page } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1]);
    await until(() => page.length === 1);
    end(live);
    talk.speak([2]);
    talk.say({ type: 'interrupted' });
    talk.say(turn(1, 'spoken', 'First?', 'One', true));
    await until(() => page.includes('end'));
    expect(page.filter((told) => told !== 'drop')).toEqual([[0, [1]], 'end']);
  });

  test('is kept from the playhead on, for a page that has to be loaded again', async () => {
    const { live, conversation, page, playing } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1, 2, 3]);
    talk.speak([4]);
    await until(() => page.length === 2);
    const left = [0, 2, 3, 4].map((sample) => {
      live.playhead(sample, 0);
      return live.unplayed().map((chunk) => [chunk.sample, chunk.pcm.length / 2]);
    });
    expect({ left, playing }).toEqual({ left: [[[0, 3], [3, 1]], [[2, 1], [3, 1]], [[3, 1]], []], playing: [true, false] });
  });

  test('that was dropped is not played by a new page either, even when its playhead comes late', async () => {
    const { live, conversation, page, playing } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1, 2, 3]);
    await until(() => page.length === 1);
    live.stopSpeaking();
    live.playhead(2, 0);
    expect({ unplayed: live.unplayed(), playing }).toEqual({ unplayed: [], playing: [true, false] });
  });
});

describe('an answer that is complete and still sounds', () => {
  test('ends at once when the person speaks', async () => {
    const { live, conversation, page, playing } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'First?'));
    talk.speak([1, 2, 3]);
    talk.say(turn(1, 'spoken', 'First?', 'One.'));
    talk.say({ type: 'speech-started', ms: 9_000 });
    await until(() => page.length === 3);
    expect({ page, unplayed: live.unplayed(), playing }).toEqual({ page: [[0, [1, 2, 3]], 'end', 'drop'], unplayed: [], playing: [true, false] });
  });
});

describe('without a speaker', () => {
  test('an answer is shown and nothing waits to be played', async () => {
    const { live, conversation, page, playing, shows } = await openLive(false);
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'Hello?'));
    talk.speak([1, 2]);
    await shows(['Hello?', 'speaking']);
    talk.say(turn(1, 'spoken', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    expect({ page, playing, unplayed: live.unplayed() }).toEqual({ page: ['end'], playing: [], unplayed: [] });
  });

  test('that was there a moment ago, what waited to be played is given up', async () => {
    const { live, conversation, page, playing } = await openLive();
    const talk = await conversation(1);
    talk.say(turnEnded(1, 'spoken', 'Hello?'));
    talk.speak([1, 2]);
    await until(() => page.length === 1);
    live.discardReply();
    expect({ playing, unplayed: live.unplayed() }).toEqual({ playing: [true, false], unplayed: [] });
  });
});

describe('how long it took to hear an answer', () => {
  test('counts from the end of speech to its first audible sample at the ear', async () => {
    const { live, conversation, hear, page, exchanges } = await openLive();
    const talk = await conversation(1);
    hear(...Array<number>(10).fill(9));
    talk.say({ type: 'speech-started', ms: 300 });
    talk.say(turnEnded(1, 'spoken', 'Hello?', 700));
    talk.speak([0, 0, ...Array<number>(2_400).fill(1_000)]);
    await until(() => page.some(Array.isArray));
    vi.advanceTimersByTime(500);
    live.playhead(1, 40);
    const early = exchanges().map(({ heardAfterMs }) => heardAfterMs);
    // 50 ms past the first audible sample: that one was handed over 50 ms ago.
    live.playhead(2 + 1_200, 40);
    const heard = exchanges().map(({ heardAfterMs }) => heardAfterMs);
    vi.advanceTimersByTime(20);
    live.playhead(2 + 1_700, 40);
    expect({ early, heard, late: exchanges().map(({ heardAfterMs }) => heardAfterMs) }).toEqual({ early: [null], heard: [300 + 500 - 50 + 40], late: [790] });
  });

  test('counts from Enter for a question in writing', async () => {
    const { live, conversation, page, exchanges } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    vi.advanceTimersByTime(200);
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.speak([1_000, 1_000]);
    await until(() => page.length === 2);
    live.playhead(0, 25);
    expect(exchanges().map(({ heardAfterMs }) => heardAfterMs)).toEqual([225]);
  });

  test('is not known of an answer that was stopped before it was heard', async () => {
    const { live, conversation, page, exchanges } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.speak([1_000]);
    await until(() => page.length === 2);
    live.stopSpeaking();
    live.playhead(1, 0);
    expect(exchanges().map(({ heardAfterMs }) => heardAfterMs)).toEqual([null]);
  });
});

describe('starting over', () => {
  test('forgets what was said, here and in the conversation', async () => {
    const { live, conversation, exchanges, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.say(turn(1, 'typed', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    live.startOver();
    expect({ told: await told(talk, 3), exchanges: exchanges() }).toEqual({ told: [{ ask: 'Hello?' }, { stopSpeaking: true }, { history: [] }], exchanges: [] });
  });
});

test('a closed one listens to nobody and opens no other connection', async () => {
  const { live, conversation, listeners, become } = await openLive();
  await conversation(1);
  live.close();
  become({});
  vi.advanceTimersByTime(10_000);
  expect(listeners()).toBe(0);
});
