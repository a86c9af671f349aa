import { describe, expect, test, vi } from 'vitest';
import type { Live } from '../../../../main/conversation/io/live.ts';
import type { FakeConversation } from '../../../fakes/conversation-server.ts';
import { engineLost, openLive, spoken, told, turn, turnEnded, until, type OpenLive } from './open-live.ts';

/** A conversation that has said "Once upon" of its answer to `asked` and was lost; the samples 1 and 2 are not played yet. */
async function lostInMidAnswer(asked: 'spoken' | 'typed' = 'typed'): Promise<OpenLive & { readonly first: FakeConversation }> {
  const opened = await openLive();
  const { live, conversation, lose, shows, exchanges } = opened;
  const first = await conversation(1);
  if (asked === 'typed') live.ask('A story?');
  first.say(turnEnded(1, asked, 'A story?'));
  first.speak([1_000, 1_000]);
  first.say(spoken(1, 'Once upon'));
  await until(() => exchanges()[0]?.answer === 'Once upon');
  await lose(first);
  await shows(['A story?', 'thinking']);
  return { ...opened, first };
}

/** The next conversation, once it was asked to go on. */
async function goingOn({ conversation }: Pick<OpenLive, 'conversation'>): Promise<FakeConversation> {
  vi.advanceTimersByTime(500);
  const second = await conversation(2);
  await told(second, 2);
  return second;
}

/** The request to go on with the story. */
function rest(asked: 'spoken' | 'typed'): unknown {
  return { carryOn: { question: 'A story?', asked, spoken: 'Once upon' } };
}

const half = [{ role: 'user', content: 'A story?' }, { role: 'assistant', content: 'Once upon' }];

describe('an answer whose conversation dies in the middle of it', () => {
  test.each(['spoken', 'typed'] as const)('goes on in a new one, with the next word, when the question was %s', async (asked) => {
    const opened = await lostInMidAnswer(asked);
    const second = await goingOn(opened);
    expect(await told(second, 2)).toEqual([{ history: [] }, rest(asked)]);
  });

  test('is told what was said before it', async () => {
    const { live, conversation, lose, shows } = await openLive();
    const first = await conversation(1);
    live.ask('Hello?');
    first.say(turnEnded(1, 'typed', 'Hello?'));
    first.say(turn(1, 'typed', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    live.ask('A story?');
    first.say(turnEnded(2, 'typed', 'A story?'));
    first.say(spoken(2, 'Once upon'));
    first.speak([1]);
    await shows(['Hello?', 'done'], ['A story?', 'speaking']);
    await lose(first);
    vi.advanceTimersByTime(500);
    const history = [{ role: 'user', content: 'Hello?' }, { role: 'assistant', content: 'Hi.' }];
    expect(await told(await conversation(2), 2)).toEqual([{ history }, rest('typed')]);
  });

  test('is played on without a break: what has come stays, what comes follows it', async () => {
    const opened = await lostInMidAnswer();
    const second = await goingOn(opened);
    second.say(turnEnded(1, 'typed', 'A story?'));
    second.speak([3]);
    second.say(turn(1, 'typed', 'A story?', 'Once upon a time.'));
    await opened.shows(['A story?', 'done']);
    expect({ page: opened.page, unplayed: opened.live.unplayed().map(({ sample }) => sample) }).toEqual({ page: ['drop', [0, [1_000, 1_000]], [2, [3]], 'end'], unplayed: [0, 2] });
  });

  test('stays on the panel and grows on', async () => {
    const opened = await lostInMidAnswer();
    const shown: (string | undefined)[] = [opened.exchanges()[0]?.answer];
    const second = await goingOn(opened);
    second.say(turnEnded(1, 'typed', 'A story?'));
    second.say(spoken(1, 'Once upon a time'));
    await until(() => opened.exchanges()[0]?.answer !== 'Once upon');
    shown.push(opened.exchanges()[0]?.answer);
    second.say(turn(1, 'typed', 'A story?', 'Once upon a time.'));
    await opened.shows(['A story?', 'done']);
    shown.push(opened.exchanges()[0]?.answer);
    expect(shown).toEqual(['Once upon', 'Once upon a time', 'Once upon a time.']);
  });

  test('was heard when its first sound was, and not when it went on', async () => {
    const opened = await lostInMidAnswer();
    vi.advanceTimersByTime(40);
    opened.live.playhead(0, 0);
    const heard = opened.exchanges()[0]?.heardAfterMs;
    const second = await goingOn(opened);
    second.say(turnEnded(1, 'typed', 'A story?'));
    second.speak([1_000]);
    await opened.shows(['A story?', 'speaking']);
    await until(() => opened.page.length === 3);
    opened.live.playhead(2, 0);
    expect([heard, opened.exchanges()[0]?.heardAfterMs]).toEqual([40, 40]);
  });

  test('goes on from where it is each time, however often that happens', async () => {
    const opened = await lostInMidAnswer();
    const second = await goingOn(opened);
    second.say(turnEnded(1, 'typed', 'A story?'));
    second.say(spoken(1, 'Once upon a time'));
    await until(() => opened.exchanges()[0]?.answer === 'Once upon a time');
    await opened.lose(second);
    vi.advanceTimersByTime(900);
    const third = await opened.conversation(3);
    expect((await told(third, 2)).at(-1)).toEqual({ carryOn: { question: 'A story?', asked: 'typed', spoken: 'Once upon a time' } });
  });

  test('of which no word was said yet begins anew: its first sound is not heard twice', async () => {
    const { live, conversation, lose, shows, page } = await openLive();
    const first = await conversation(1);
    live.ask('A story?');
    first.say(turnEnded(1, 'typed', 'A story?'));
    first.speak([1, 2]);
    await shows(['A story?', 'speaking']);
    await lose(first);
    vi.advanceTimersByTime(500);
    const second = await conversation(2);
    const carryOn = { question: 'A story?', asked: 'typed', spoken: '' };
    expect({ told: await told(second, 2), last: page.at(-1), unplayed: live.unplayed() }).toEqual({ told: [{ history: [] }, { carryOn }], last: 'drop', unplayed: [] });
  });

  test('gives way to what is said meanwhile: that is heard after the answer was taken up again', async () => {
    const opened = await lostInMidAnswer();
    opened.hear(1, 2, 3);
    const second = await goingOn(opened);
    opened.hear(4);
    expect(await told(second, 6)).toEqual([{ history: [] }, rest('typed'), 1, 2, 3, 4]);
  });

  test('with a question spoken into it: both are put again, the latter in sound', async () => {
    const { live, conversation, lose, hear, shows } = await openLive();
    const first = await conversation(1);
    live.ask('A story?');
    first.say(turnEnded(1, 'typed', 'A story?'));
    first.say(spoken(1, 'Once upon'));
    hear(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    first.say({ type: 'speech-started', ms: 1_000 });
    await shows(['A story?', 'thinking'], ['', 'hearing']);
    await lose(first);
    vi.advanceTimersByTime(500);
    expect(await told(await conversation(2), 9)).toEqual([{ history: [] }, rest('typed'), 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('an answer that nobody waits for any more', () => {
  test.each([
    ['is stopped while the conversation is away', (live: Live) => { live.stopSpeaking(); }, [['A story?', 'failed']], [{ history: half }, 7]],
    ['is forgotten while the conversation is away', (live: Live) => { live.startOver(); }, [], [7]],
  ] as const)('does not go on when it %s', async (_what, end, shown, requests) => {
    const opened = await lostInMidAnswer();
    end(opened.live);
    vi.advanceTimersByTime(900);
    const second = await opened.conversation(2);
    opened.hear(7);
    await opened.shows(...shown);
    expect({ told: await told(second, requests.length), unplayed: opened.live.unplayed() }).toEqual({ told: requests, unplayed: [] });
  });

  test('makes room for the question that is put instead', async () => {
    const opened = await lostInMidAnswer();
    opened.live.ask('Never mind?');
    vi.advanceTimersByTime(900);
    expect(await told(await opened.conversation(2), 2)).toEqual([{ history: half }, { ask: 'Never mind?' }]);
    await opened.shows(['A story?', 'interrupted'], ['Never mind?', 'thinking']);
  });

  test('does not go on when it was stopped just before the conversation died', async () => {
    const { live, conversation, lose, shows, exchanges, hear } = await openLive();
    const first = await conversation(1);
    live.ask('A story?');
    first.say(turnEnded(1, 'typed', 'A story?'));
    first.say(spoken(1, 'Once upon'));
    await until(() => exchanges()[0]?.answer === 'Once upon');
    live.stopSpeaking();
    await lose(first);
    await shows(['A story?', 'interrupted']);
    vi.advanceTimersByTime(900);
    const second = await conversation(2);
    hear(1);
    expect(await told(second, 2)).toEqual([{ history: half }, 1]);
  });

  test('after the last try stays what was heard of it, with the reason', async () => {
    const opened = await lostInMidAnswer();
    for (const number of [2, 3]) {
      vi.advanceTimersByTime(900);
      const next = await opened.conversation(number);
      await told(next, 2);
      if (number === 2) await opened.lose(next);
      else next.die();
    }
    await opened.shows(['A story?', 'failed']);
    expect({ answer: opened.exchanges()[0]?.answer, unplayed: opened.live.unplayed().length, last: opened.page.at(-1) }).toEqual({ answer: 'Once upon', unplayed: 1, last: 'end' });
  });

  test('ends with its conversation when Earshot is closed meanwhile', async () => {
    const opened = await lostInMidAnswer();
    opened.live.close();
    vi.advanceTimersByTime(10_000);
    expect(opened.exchanges().map(({ state, answer, problem }) => ({ state, answer, problem }))).toEqual([
      { state: 'failed', answer: 'Once upon', problem: 'Earshot was started again before this was answered.' },
    ]);
  });
});

test('an answer that is complete and still sounds is heard to its end when the conversation dies', async () => {
  const { live, conversation, lose, page, shows } = await openLive();
  const first = await conversation(1);
  live.ask('Hello?');
  first.say(turnEnded(1, 'typed', 'Hello?'));
  first.speak([1, 2]);
  first.say(turn(1, 'typed', 'Hello?', 'Hi.'));
  await shows(['Hello?', 'done']);
  await lose(first);
  expect({ page, unplayed: live.unplayed().length }).toEqual({ page: ['drop', [0, [1, 2]], 'end'], unplayed: 1 });
});

test('engines that rest are called as soon as somebody speaks or types, not before, and again when they are to answer or were lost', async () => {
  const { live, conversation, hear, wakes, shows } = await openLive();
  const talk = await conversation(1);
  hear(1, 2);
  const silent = wakes();
  talk.say({ type: 'speech-started', ms: 150 });
  await shows(['', 'hearing']);
  const spokenTo = wakes();
  live.ask('Hello?');
  const typedTo = wakes();
  talk.say(turnEnded(1, 'typed', 'Hello?'));
  talk.say(engineLost(1));
  await until(() => wakes() >= 4);
  expect([silent, spokenTo, typedTo, wakes()]).toEqual([0, 1, 2, 4]);
});
