import { describe, expect, test } from 'vitest';
import { historyOf, nextExchanges, type Exchange, type ExchangeEvent } from '../../../main/conversation/exchanges.ts';

const latency = { vadMs: 200, turnMs: 60, sttMs: 0, llmMs: 300, ttsMs: 150, voiceToVoiceMs: 710 };
const blank: Exchange = { id: 1, asked: 'spoken', question: '', answer: '', state: 'hearing', problem: null, latency: null, heardAfterMs: null, turn: null };
const started: ExchangeEvent = { type: 'speech-started', ms: 300 };
const failure: ExchangeEvent = { type: 'turn-failed', turn: 1, service: 'llm', message: 'it closed the connection' };

function after(...events: readonly ExchangeEvent[]): readonly Exchange[] {
  return events.reduce(nextExchanges, []);
}

function ended(turn: number, transcript: string, asked: 'spoken' | 'typed' = 'spoken'): ExchangeEvent {
  return { type: 'turn-ended', turn, asked, transcript, speechEndMs: 900 };
}

function answered(turn: number, reply: string, interrupted = false): ExchangeEvent {
  return { type: 'turn', turn, asked: 'spoken', transcript: 'not looked at', reply, interrupted, speechEndMs: 900, latency };
}

/** What a person sees of the list. */
function shown(list: readonly Exchange[]): readonly (readonly [question: string, answer: string, state: Exchange['state']])[] {
  return list.map(({ question, answer, state }) => [question, answer, state]);
}

describe('a spoken question', () => {
  test('grows while it is heard, is answered, and keeps what its answer took', () => {
    const events = [started, { type: 'words', text: 'What is' }, ended(1, 'What is it?'), { type: 'sound' }, { type: 'spoken', turn: 1, text: 'A' }, answered(1, 'A test.')] as const;
    const lists = events.map((_event, index) => after(...events.slice(0, index + 1)));
    const question = { ...blank, question: 'What is it?', turn: 1 };
    expect(lists).toEqual([
      [blank],
      [{ ...blank, question: 'What is' }],
      [{ ...question, state: 'thinking' }],
      [{ ...question, state: 'speaking' }],
      [{ ...question, state: 'speaking', answer: 'A' }],
      [{ ...question, state: 'done', answer: 'A test.', latency }],
    ]);
  });

  test('is one question, however often it is resumed after a pause', () => {
    expect(after(started, { type: 'pause', ms: 500 }, { type: 'speech-started', ms: 800 })).toEqual([blank]);
  });

  test('that was a cough is gone, and nothing else with it', () => {
    const before = after(started, ended(1, 'Hello?'), answered(1, 'Hi.'));
    expect(nextExchanges(nextExchanges(before, started), { type: 'nothing-heard', ms: 700 })).toEqual(before);
  });

  test('is shown even when nobody told that it began', () => {
    expect(after(ended(1, 'Hello?'))).toEqual([{ ...blank, question: 'Hello?', state: 'thinking', turn: 1 }]);
  });

  test('spoken into an answer is a second one; the first keeps what was said of its answer', () => {
    const list = after(started, ended(1, 'Tell me a story.'), { type: 'sound' }, { type: 'interrupted' }, started, answered(1, 'Once', true), ended(2, 'Stop.'));
    expect(shown(list)).toEqual([
      ['Tell me a story.', 'Once', 'interrupted'],
      ['Stop.', '', 'thinking'],
    ]);
  });

  test('without an answer says so and asks for other words', () => {
    expect(after(ended(1, 'Hm?'), answered(1, ''))).toEqual([
      { ...blank, question: 'Hm?', state: 'failed', turn: 1, latency, problem: 'No answer came to this. Ask again, perhaps in other words.' },
    ]);
  });

  test('stopped before the first word is interrupted and no failure', () => {
    expect(after(ended(1, 'Hm?'), answered(1, '', true))).toEqual([{ ...blank, question: 'Hm?', state: 'interrupted', turn: 1, latency }]);
  });

  test('knows when its answer was heard at the speaker, even after the answer is done', () => {
    const list = after(ended(1, 'Hello?'), answered(1, 'Hi.'), { type: 'heard-at-speaker', id: 1, afterMs: 812 });
    expect(list.map((exchange) => exchange.heardAfterMs)).toEqual([812]);
  });
});

describe('a question in writing', () => {
  test('is there at once and gets its turn when the conversation takes it', () => {
    const typed = { ...blank, asked: 'typed', question: 'Hello?', state: 'thinking' } as const;
    expect([after({ type: 'asked', text: 'Hello?' }), after({ type: 'asked', text: 'Hello?' }, ended(1, 'Hello?', 'typed'))]).toEqual([[typed], [{ ...typed, turn: 1 }]]);
  });

  test('takes the place of one that was not taken yet', () => {
    expect(shown(after({ type: 'asked', text: 'First?' }, { type: 'asked', text: 'Second?' }, ended(1, 'Second?', 'typed')))).toEqual([
      ['First?', '', 'interrupted'],
      ['Second?', '', 'thinking'],
    ]);
  });

  test('is not taken for speaking while the answer before it still sounds', () => {
    const list = after(ended(1, 'First?'), { type: 'sound' }, { type: 'asked', text: 'Second?' }, { type: 'sound' });
    expect(list.map((exchange) => exchange.state)).toEqual(['speaking', 'thinking']);
  });

  test('leaves a spoken one that is being heard alone', () => {
    const list = after(started, { type: 'words', text: 'What' }, { type: 'asked', text: 'Typed?' }, ended(1, 'Typed?', 'typed'));
    expect(list.map(({ asked, question, turn }) => ({ asked, question, turn }))).toEqual([
      { asked: 'spoken', question: 'What', turn: null },
      { asked: 'typed', question: 'Typed?', turn: 1 },
    ]);
  });
});

describe('when an engine or the conversation dies', () => {
  test.each([['turn', failure], ['connection', { type: 'disconnected' }]] as const)('with the %s, a question is thinking again and keeps what was said of its answer', (_what, event) => {
    expect(after(ended(1, 'Hello?'), { type: 'sound' }, { type: 'spoken', turn: 1, text: 'Hi' }, event)).toEqual([{ ...blank, question: 'Hello?', answer: 'Hi', state: 'thinking' }]);
  });

  test('and the answer goes on, it grows on in the same place', () => {
    const cutOff = after(started, ended(4, 'Hello?'), { type: 'sound' }, { type: 'spoken', turn: 4, text: 'Hi' }, { type: 'disconnected' });
    const goesOn: readonly ExchangeEvent[] = [ended(1, 'Hello?'), { type: 'sound' }, { type: 'spoken', turn: 1, text: 'Hi there.' }, answered(1, 'Hi there. How are you?')];
    expect(goesOn.map((_event, index) => shown(goesOn.slice(0, index + 1).reduce(nextExchanges, cutOff))[0])).toEqual([
      ['Hello?', 'Hi', 'thinking'],
      ['Hello?', 'Hi', 'speaking'],
      ['Hello?', 'Hi there.', 'speaking'],
      ['Hello?', 'Hi there. How are you?', 'done'],
    ]);
  });

  test('an engine that the conversation waits for changes nothing that a person sees', () => {
    const before = after(ended(1, 'Hello?'), { type: 'sound' });
    const events: readonly ExchangeEvent[] = [{ type: 'engine-lost', turn: 1, service: 'llm' }, { type: 'engine-back', turn: 1, service: 'llm', waitedMs: 900 }];
    expect(events.filter((event) => nextExchanges(before, event) !== before)).toEqual([]);
  });

  test('a spoken question that is played again is the same question', () => {
    const list = after(started, ended(1, 'Hello?'), failure, started, { type: 'words', text: 'Hel' }, ended(2, 'Hello?'), answered(2, 'Hi.'));
    expect(list).toEqual([{ ...blank, question: 'Hello?', answer: 'Hi.', state: 'done', latency, turn: 2 }]);
  });

  test('a question and the one spoken into its answer each get their own turn again', () => {
    const list = after(started, ended(1, 'First?'), { type: 'sound' }, started, { type: 'disconnected' }, started, ended(1, 'First?'), answered(1, 'One', true), started, ended(2, 'Second?'), answered(2, 'Two.'));
    expect(shown(list)).toEqual([
      ['First?', 'One', 'interrupted'],
      ['Second?', 'Two.', 'done'],
    ]);
  });

  test('nobody waits for a played question in which nothing is heard any more', () => {
    const list = after(started, ended(1, 'Hello?'), failure, started, { type: 'nothing-heard', ms: 900 });
    expect(list.filter((exchange) => exchange.state === 'thinking' || exchange.state === 'hearing')).toEqual([]);
  });

  test('what is over stays, and no later turn of the same number is taken for it', () => {
    const list = after(ended(1, 'Hello?'), answered(1, 'Hi.'), { type: 'disconnected' }, ended(1, 'And now?'), answered(1, 'Now this.'), { type: 'heard-at-speaker', id: 2, afterMs: 500 });
    expect(list.map(({ question, answer, heardAfterMs }) => ({ question, answer, heardAfterMs }))).toEqual([
      { question: 'Hello?', answer: 'Hi.', heardAfterMs: null },
      { question: 'And now?', answer: 'Now this.', heardAfterMs: 500 },
    ]);
  });

  test('half a spoken question goes on being heard after the connection is back', () => {
    expect(after(started, { type: 'words', text: 'What is' }, { type: 'disconnected' }, started, { type: 'words', text: 'What is the' })).toEqual([{ ...blank, question: 'What is the' }]);
  });

  test('again and again, what is not over is given up with the reason, and the rest stays', () => {
    const list = after(ended(1, 'Hello?'), answered(1, 'Hi.'), started, { type: 'asked', text: 'Typed?' }, { type: 'gave-up', problem: 'Ask it again.' });
    expect(list.map(({ state, problem }) => ({ state, problem }))).toEqual([
      { state: 'done', problem: null },
      { state: 'failed', problem: 'Ask it again.' },
      { state: 'failed', problem: 'Ask it again.' },
    ]);
  });
});

test('starting over leaves nothing', () => {
  expect(after(ended(1, 'Hello?'), answered(1, 'Hi.'), started, { type: 'started-over' })).toEqual([]);
});

test('what changes nothing gives the very same list back', () => {
  const list = after(ended(1, 'Hello?'), answered(1, 'Hi.'));
  const events: readonly ExchangeEvent[] = [
    { type: 'heard', ms: 1 },
    { type: 'pause', ms: 1 },
    { type: 'interrupted' },
    { type: 'words', text: 'x' },
    { type: 'nothing-heard', ms: 1 },
    { type: 'sound' },
    { type: 'spoken', turn: 9, text: 'x' },
    answered(9, 'x'),
    { ...failure, turn: 9 },
    { type: 'heard-at-speaker', id: 9, afterMs: 1 },
  ];
  expect(events.filter((event) => nextExchanges(list, event) !== list)).toEqual([]);
});

test('a hundred exchanges are remembered, each under a number of its own', () => {
  const list = Array.from({ length: 150 }, (_, index) => [ended(index + 1, `${index + 1}?`), answered(index + 1, 'Yes.')]).flat().reduce(nextExchanges, []);
  expect(list.map((exchange) => exchange.id)).toEqual(Array.from({ length: 100 }, (_, index) => index + 51));
});

describe('what the conversation is told after it was started again', () => {
  test('is every question that is over and was answered, also in part', () => {
    const list = after(ended(1, 'First?'), answered(1, 'One.'), ended(2, 'Second?'), answered(2, 'Tw', true), ended(3, 'Silent?'), answered(3, ''), ended(4, 'Fourth?'), { type: 'spoken', turn: 4, text: 'Fo' });
    expect(historyOf(list)).toEqual([
      { role: 'user', content: 'First?' },
      { role: 'assistant', content: 'One.' },
      { role: 'user', content: 'Second?' },
      { role: 'assistant', content: 'Tw' },
    ]);
  });

  test('is not more than the last twenty', () => {
    const list = Array.from({ length: 30 }, (_, index) => [ended(index + 1, `${index + 1}?`), answered(index + 1, 'Yes.')]).flat().reduce(nextExchanges, []);
    expect([historyOf(list).length, historyOf(list)[0]]).toEqual([40, { role: 'user', content: '11?' }]);
  });
});
