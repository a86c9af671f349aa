import { describe, expect, test, vi } from 'vitest';
import type { Exchange } from '../../../../main/conversation/exchanges.ts';
import { engineLost, openLive, told, turn, turnEnded, turnFailed, until } from './open-live.ts';

const restarting = { kind: 'backing-off', untilMs: 0, reason: 'it ended' } as const;

function problems(exchanges: readonly Exchange[]): readonly (string | null)[] {
  return exchanges.map(({ problem }) => problem);
}

/** "Hello?", of whose answer nothing was said yet. */
function hello(asked: 'spoken' | 'typed'): unknown {
  return { carryOn: { question: 'Hello?', asked, spoken: '' } };
}

/** `count` marks from `first` on. */
function marks(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

describe('when an engine did not come back in time', () => {
  test('a question in writing is asked again after a moment', async () => {
    const { live, conversation, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.speak([1]);
    await shows(['Hello?', 'speaking']);
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await shows(['Hello?', 'thinking']);
    vi.advanceTimersByTime(299);
    const early = talk.requests.length;
    vi.advanceTimersByTime(1);
    await told(talk, 3);
    talk.say(turnEnded(2, 'typed', 'Hello?'));
    talk.say(turn(2, 'typed', 'Hello?', 'Hi.'));
    await shows(['Hello?', 'done']);
    expect({ early, told: await told(talk, 3) }).toEqual({ early: 1, told: [{ ask: 'Hello?' }, { history: [] }, hello('typed')] });
  });

  test('it is asked again once everything is ready and not before', async () => {
    const { live, conversation, become, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    become({ llm: restarting });
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await until(() => vi.getTimerCount() > 0);
    await shows(['Hello?', 'thinking']);
    vi.advanceTimersByTime(60_000);
    const early = talk.requests.length;
    become({});
    expect({ early, told: (await told(talk, 3)).slice(2) }).toEqual({ early: 1, told: [hello('typed')] });
  });

  test('a spoken question whose words are not known is all said again, and what was said meanwhile only after it', async () => {
    const { conversation, hear } = await openLive();
    const talk = await conversation(1);
    hear(...marks(1, 20));
    talk.say({ type: 'speech-started', ms: 1_200 });
    talk.say(engineLost(null, 'stt'));
    talk.say(turnFailed(1, 'stt'));
    await until(() => vi.getTimerCount() > 0);
    hear(21, 22);
    const before = await told(talk, 20);
    hear(23);
    hear(24);
    // From 700 ms before the speech on: the sixth piece.
    expect({ before, after: (await told(talk, 39)).slice(20) }).toEqual({ before: marks(1, 20), after: marks(6, 19) });
  });

  test('a spoken question whose words are known is put in words, and only what was said after it as sound', async () => {
    const { conversation, hear } = await openLive();
    const talk = await conversation(1);
    hear(...marks(1, 20));
    talk.say({ type: 'speech-started', ms: 1_200 });
    talk.say(turnEnded(1, 'spoken', 'Hello?', 1_800));
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await until(() => vi.getTimerCount() > 0);
    hear(21, 22, 23);
    hear(24);
    expect((await told(talk, 26)).slice(20)).toEqual([{ history: [] }, hello('spoken'), 21, 22, 23, 24]);
  });

  test('the answer counts from the end of the speech, however often it was asked', async () => {
    const { live, conversation, hear, page, exchanges } = await openLive();
    const talk = await conversation(1);
    hear(...marks(1, 10));
    talk.say({ type: 'speech-started', ms: 300 });
    talk.say(turnEnded(1, 'spoken', 'Hello?', 700));
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await until(() => vi.getTimerCount() > 0);
    hear(11, 12, 13);
    await told(talk, 10 + 2 + 3);
    talk.say(turnEnded(2, 'spoken', 'Hello?', 1_000));
    talk.speak([1_000]);
    await until(() => page.some(Array.isArray));
    live.playhead(0, 0);
    expect(exchanges().at(-1)?.heardAfterMs).toBe(600);
  });

  test('nothing of the failed answer is played that arrives late', async () => {
    const { live, conversation, page } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    talk.say(turnEnded(1, 'typed', 'Hello?'));
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    talk.speak([1]);
    await until(() => page.filter((one) => one === 'drop').length === 2);
    vi.advanceTimersByTime(300);
    await told(talk, 3);
    talk.say(turnEnded(2, 'typed', 'Hello?'));
    talk.speak([2]);
    talk.say(turn(2, 'typed', 'Hello?', 'Hi.'));
    await until(() => page.includes('end'));
    expect(page.flatMap((one) => (Array.isArray(one) ? [one[1] as unknown] : []))).toEqual([[2]]);
  });

  test('again, the question is given up and the person is told what failed and what to do', async () => {
    const { live, conversation, exchanges, shows } = await openLive();
    const talk = await conversation(1);
    live.ask('Hello?');
    for (const attempt of [1, 2]) {
      await told(talk, 2 * attempt - 1);
      talk.say(turnEnded(attempt, 'typed', 'Hello?'));
      talk.say(engineLost(attempt));
      talk.say(turnFailed(attempt));
      const timers = vi.getTimerCount();
      await until(() => vi.getTimerCount() > timers || exchanges()[0]?.state === 'failed');
      vi.advanceTimersByTime(900);
    }
    await shows(['Hello?', 'failed']);
    expect({ problems: problems(exchanges()), told: await told(talk, 4) }).toEqual({
      problems: ['The language model stopped and did not come back in time. Ask again in a minute. If that fails too, quit Earshot and start it again.'],
      told: [{ ask: 'Hello?' }, { history: [] }, hello('typed'), { history: [] }],
    });
  });

  test('each question has two tries of its own', async () => {
    const { live, conversation, exchanges } = await openLive();
    const talk = await conversation(1);
    live.ask('First?');
    await told(talk, 1);
    talk.say(turnEnded(1, 'typed', 'First?'));
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await until(() => vi.getTimerCount() > 0);
    live.ask('Second?');
    vi.advanceTimersByTime(300);
    await told(talk, 3);
    talk.say(turnEnded(2, 'typed', 'Second?'));
    talk.say(engineLost(2));
    talk.say(turnFailed(2));
    await until(() => vi.getTimerCount() > 0 || exchanges().at(-1)?.state === 'failed');
    vi.advanceTimersByTime(900);
    const second = { carryOn: { question: 'Second?', asked: 'typed', spoken: '' } };
    expect({ told: (await told(talk, 5)).slice(1), problems: problems(exchanges()) }).toEqual({ told: [{ history: [] }, { ask: 'Second?' }, { history: [] }, second], problems: [null, null] });
  });

  test('a question is not asked again that was forgotten by starting over', async () => {
    const { live, conversation, hear, exchanges } = await openLive();
    const talk = await conversation(1);
    hear(...marks(1, 10));
    talk.say({ type: 'speech-started', ms: 800 });
    talk.say(turnEnded(1, 'spoken', 'Hello?', 900));
    talk.say(engineLost(1));
    talk.say(turnFailed(1));
    await until(() => vi.getTimerCount() > 0);
    live.startOver();
    vi.advanceTimersByTime(300);
    hear(99);
    expect({ told: (await told(talk, 13)).slice(10), exchanges: exchanges() }).toEqual({ told: [{ stopSpeaking: true }, { history: [] }, 99], exchanges: [] });
  });
});

describe('when the connection is lost', () => {
  test('in the middle of a spoken question, a new one is told what was said before, then the question, then what is said now', async () => {
    const { live, conversation, lose, hear, shows } = await openLive();
    const first = await conversation(1);
    live.ask('First?');
    first.say(turnEnded(1, 'typed', 'First?'));
    first.say(turn(1, 'typed', 'First?', 'One.'));
    await shows(['First?', 'done']);
    hear(...marks(1, 10));
    first.say({ type: 'speech-started', ms: 1_000 });
    await shows(['First?', 'done'], ['', 'hearing']);
    await lose(first);
    hear(11, 12);
    hear(13);
    const second = await conversation(2);
    hear(14);
    const history = [{ role: 'user', content: 'First?' }, { role: 'assistant', content: 'One.' }];
    expect(await told(second, 12)).toEqual([{ history }, ...marks(4, 11)]);
  });


  test('what is said until there is a new one is heard by that', async () => {
    const { conversation, become, lose, hear } = await openLive();
    become({ conversation: restarting });
    await lose(await conversation(1));
    hear(...marks(1, 30));
    become({});
    const second = await conversation(2);
    hear(31);
    expect(await told(second, 31)).toEqual(marks(1, 31));
  });

  test('for longer than a minute, the last minute is heard', async () => {
    const { conversation, become, lose, hear } = await openLive();
    become({ conversation: restarting });
    await lose(await conversation(1));
    hear(...marks(1, 700));
    become({});
    const second = await conversation(2);
    hear(1_000);
    await until(() => second.requests.some((request) => 'sound' in request && request.sound[0] === 1_000));
    expect(await told(second, 601)).toEqual([...marks(101, 600), 1_000]);
  });

  test('again after a long silence, that silence is not said again', async () => {
    const { conversation, become, lose, hear } = await openLive();
    become({ conversation: restarting });
    await lose(await conversation(1));
    hear(1);
    become({});
    const second = await conversation(2);
    hear(...marks(2, 800));
    await told(second, 801);
    await lose(second);
    vi.advanceTimersByTime(1_000);
    const third = await conversation(3);
    hear(1_000);
    await until(() => third.requests.some((request) => 'sound' in request && request.sound[0] === 1_000));
    expect(third.requests.length).toBeLessThanOrEqual(601);
  });

  test('again and again while nothing is asked, it comes back each time and nobody is told', async () => {
    const { conversation, lose, hear, exchanges } = await openLive();
    for (const number of [1, 2, 3, 4, 5]) {
      const talk = await conversation(number);
      hear(number);
      await lose(talk);
      vi.advanceTimersByTime(1_000);
    }
    hear(6);
    const last = await conversation(6);
    hear(7);
    await until(() => last.requests.some((request) => 'sound' in request && request.sound[0] === 7));
    expect(exchanges()).toEqual([]);
  });

  test('three times in one question, the person is told, and the next question is answered', async () => {
    const { live, conversation, lose, exchanges } = await openLive();
    live.ask('Hello?');
    for (const number of [1, 2, 3]) {
      const talk = await conversation(number);
      await told(talk, 1);
      await lose(talk);
      vi.advanceTimersByTime(900);
    }
    const problem = exchanges().at(0)?.problem;
    const last = await conversation(4);
    live.ask('Second?');
    expect({ problem, told: await told(last, 1) }).toEqual({
      problem: 'The conversation stopped again and again at this question. Ask in other words. If that fails too, quit Earshot and start it again.',
      told: [{ ask: 'Second?' }],
    });
  });

  test('and the conversation is given up, the question says so and what to do', async () => {
    const { live, conversation, become, lose, exchanges } = await openLive();
    live.ask('Hello?');
    const talk = await conversation(1);
    await lose(talk);
    become({ conversation: { kind: 'failed', reason: 'it ended' } });
    vi.advanceTimersByTime(300);
    expect(problems(exchanges())).toEqual(['The conversation does not run. Choose “Try again” above.']);
  });
});
