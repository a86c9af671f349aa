import { describe, expect, test } from 'vitest';
import { afterLoss, isAnythingInFlight, nextInFlight, nothingInFlight, withoutAnswer, type Answering, type InFlight } from '../../../main/conversation/in-flight.ts';
import type { ConversationEvent } from '../../../main/conversation/messages.ts';

const endMs = 9_000;

function after(before: InFlight, ...events: readonly ConversationEvent[]): InFlight {
  return events.reduce((inFlight, event) => nextInFlight(inFlight, event, endMs), before);
}

function started(ms: number): ConversationEvent {
  return { type: 'speech-started', ms };
}

function ended(asked: 'spoken' | 'typed', transcript = 'Hello?'): ConversationEvent {
  return { type: 'turn-ended', turn: 1, asked, transcript, speechEndMs: 2_500 };
}

function answered(asked: 'spoken' | 'typed', transcript = 'Hello?', interrupted = false): ConversationEvent {
  return { type: 'turn', turn: 1, asked, transcript, reply: 'Hi.', interrupted, speechEndMs: 2_500, latency: null };
}

const failed: ConversationEvent = { type: 'turn-failed', turn: 1, service: 'stt', message: 'it ended' };
const answering: Answering = { turn: 1, question: 'Hello?', asked: 'spoken', spoken: '', isOver: false };
const answeringTyped: Answering = { ...answering, asked: 'typed' };
const typing: InFlight = { ...nothingInFlight, typed: 'Hello?' };

describe('what would be lost if an engine died now', () => {
  test('is the sound from shortly before speech was noticed until the answer is done', () => {
    const events = [started(2_000), ended('spoken'), answered('spoken')];
    expect(events.map((_event, index) => after(nothingInFlight, ...events.slice(0, index + 1)))).toEqual([
      { ...nothingInFlight, speaking: true, soundFromMs: 1_300 },
      { ...nothingInFlight, answering, soundFromMs: 1_300 },
      nothingInFlight,
    ]);
  });

  test('never begins before the connection', () => {
    expect(after(nothingInFlight, started(200)).soundFromMs).toBe(0);
  });

  test('begins where a turn began, not where it was resumed after a pause', () => {
    expect(after(nothingInFlight, started(2_000), { type: 'pause', ms: 2_500 }, started(3_000)).soundFromMs).toBe(1_300);
  });

  test('is nothing when there were no words', () => {
    expect(after(nothingInFlight, started(2_000), { type: 'nothing-heard', ms: 3_000 })).toEqual(nothingInFlight);
  });

  test('is both the question and what is spoken into its answer, and the latter alone once the answer is done', () => {
    const both = after(nothingInFlight, started(2_000), ended('spoken'), started(5_000));
    expect([both, after(both, answered('spoken', 'Hello?', true))]).toEqual([
      { ...nothingInFlight, speaking: true, answering, soundFromMs: 1_300, upcomingFromMs: 4_300 },
      { ...nothingInFlight, speaking: true, soundFromMs: 4_300 },
    ]);
  });

  test('is the question alone when what sounded like speech into its answer was none', () => {
    expect(after(nothingInFlight, started(2_000), ended('spoken'), started(5_000), { type: 'nothing-heard', ms: 6_000 })).toEqual({ ...nothingInFlight, answering, soundFromMs: 1_300 });
  });

  test('is a question in writing until it is answered', () => {
    expect([after(typing, ended('typed')), after(typing, ended('typed'), answered('typed'))]).toEqual([{ ...typing, answering: answeringTyped }, nothingInFlight]);
  });

  test('is the newer of two questions in writing when the older one ends', () => {
    const newer: InFlight = { ...nothingInFlight, typed: 'Second?', answering: { ...answeringTyped, question: 'First?' } };
    expect(after(newer, answered('typed', 'First?', true))).toEqual({ ...newer, answering: null });
  });

  test('is the second of two equal questions in writing when the first one ends', () => {
    const again = after({ ...after(typing, ended('typed')), typed: 'Hello?' }, answered('typed', 'Hello?', true), ended('typed'));
    expect(again).toEqual({ ...typing, answering: answeringTyped });
  });

  test('is what is being said while a question in writing is answered', () => {
    expect(after({ ...typing, speaking: true, soundFromMs: 1_300 }, ended('typed'), answered('typed'))).toEqual({ ...nothingInFlight, speaking: true, soundFromMs: 1_300 });
  });

  test('stays when it failed: the sound of a question whose words are not known, and the question whose words are', () => {
    const cutOff = { question: 'Hello?', asked: 'typed', spoken: '' } as const;
    expect([after(nothingInFlight, started(2_000), failed), after(typing, ended('typed'), failed)]).toEqual([
      { ...nothingInFlight, soundFromMs: 1_300 },
      { ...nothingInFlight, cutOff, soundFromMs: endMs },
    ]);
  });

  test('is the sound from now on when a turn failed whose beginning nobody told', () => {
    expect(after(nothingInFlight, failed)).toEqual({ ...nothingInFlight, soundFromMs: endMs });
  });

  test('does not change with what is merely told', () => {
    const before = after(nothingInFlight, started(2_000), ended('spoken'));
    const told: readonly ConversationEvent[] = [
      { type: 'heard', ms: 1 },
      { type: 'pause', ms: 1 },
      { type: 'words', text: 'x' },
      { type: 'engine-lost', turn: 1, service: 'tts' },
      { type: 'engine-back', turn: 1, service: 'tts', waitedMs: 1 },
    ];
    expect(told.filter((event) => nextInFlight(before, event, endMs) !== before)).toEqual([]);
  });
});

describe('when the connection is lost', () => {
  const speaking = after(nothingInFlight, started(2_000), ended('spoken'), { type: 'spoken', turn: 1, text: 'Hi' });
  const cutOff = { question: 'Hello?', asked: 'spoken', spoken: 'Hi' } as const;

  test('an answer goes on where it was cut off, and only sound from then on is heard again', () => {
    expect(afterLoss(speaking, endMs)).toEqual({ ...nothingInFlight, cutOff, soundFromMs: endMs });
  });

  test('what was said into the answer is heard again too', () => {
    expect(afterLoss(after(speaking, started(5_000)), endMs)).toEqual({ ...nothingInFlight, cutOff, soundFromMs: 4_300 });
  });

  test.each([
    ['was spoken into', after(speaking, started(5_000), { type: 'interrupted' }), { soundFromMs: 4_300 }],
    ['was stopped', withoutAnswer(speaking), { soundFromMs: endMs }],
    ['a newer question replaced', { ...withoutAnswer(speaking), typed: 'Second?' }, { soundFromMs: endMs, typed: 'Second?' }],
  ])('an answer that %s does not go on', (_what, before, rest) => {
    expect(afterLoss(before, endMs)).toEqual({ ...nothingInFlight, ...rest });
  });

  test('a question in writing is put once, not also as one that nobody has taken', () => {
    expect(afterLoss(after(typing, ended('typed')), endMs)).toEqual({ ...nothingInFlight, cutOff: { question: 'Hello?', asked: 'typed', spoken: '' }, soundFromMs: endMs });
  });

  test('a question that is being said is heard again from its beginning', () => {
    expect(afterLoss(after(nothingInFlight, started(2_000)), endMs)).toEqual({ ...nothingInFlight, soundFromMs: 1_300 });
  });

  test('what was cut off stays cut off until the conversation takes it, however often it is lost, and then goes on', () => {
    const again = afterLoss(afterLoss(speaking, endMs), endMs);
    const taken = after(again, { type: 'turn-ended', turn: 7, asked: 'spoken', transcript: 'Hello?', speechEndMs: 0 });
    expect([again.cutOff, taken.cutOff, taken.answering]).toEqual([cutOff, null, { ...answering, turn: 7, spoken: 'Hi' }]);
  });
});

test('somebody waits while a question is said, written, answered or cut off, and for nothing else', () => {
  const speaking = after(nothingInFlight, started(2_000));
  const spoken = after(speaking, ended('spoken'));
  const states = [speaking, typing, spoken, afterLoss(spoken, endMs), nothingInFlight, { ...nothingInFlight, soundFromMs: 7 }];
  expect(states.map(isAnythingInFlight)).toEqual([true, true, true, true, false, false]);
});
