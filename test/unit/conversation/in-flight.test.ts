import { describe, expect, test } from 'vitest';
import { nextInFlight, nothingInFlight, type InFlight } from '../../../main/conversation/in-flight.ts';
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
const typing: InFlight = { ...nothingInFlight, typed: 'Hello?' };

describe('what would be lost if an engine died now', () => {
  test('is the sound from shortly before speech was noticed until the answer is done', () => {
    const events = [started(2_000), ended('spoken'), answered('spoken')];
    expect(events.map((_event, index) => after(nothingInFlight, ...events.slice(0, index + 1)))).toEqual([
      { ...nothingInFlight, speaking: true, soundFromMs: 1_300 },
      { ...nothingInFlight, answering: true, soundFromMs: 1_300 },
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
      { ...nothingInFlight, speaking: true, answering: true, soundFromMs: 1_300, upcomingFromMs: 4_300 },
      { ...nothingInFlight, speaking: true, soundFromMs: 4_300 },
    ]);
  });

  test('is the question alone when what sounded like speech into its answer was none', () => {
    expect(after(nothingInFlight, started(2_000), ended('spoken'), started(5_000), { type: 'nothing-heard', ms: 6_000 })).toEqual({ ...nothingInFlight, answering: true, soundFromMs: 1_300 });
  });

  test('is a question in writing until it is answered', () => {
    expect([after(typing, ended('typed')), after(typing, ended('typed'), answered('typed'))]).toEqual([{ ...typing, answering: true }, nothingInFlight]);
  });

  test('is the newer of two questions in writing when the older one ends', () => {
    const newer: InFlight = { ...nothingInFlight, typed: 'Second?', answering: true };
    expect(after(newer, answered('typed', 'First?', true))).toEqual({ ...newer, answering: false });
  });

  test('is the second of two equal questions in writing when the first one ends', () => {
    const again = after({ ...after(typing, ended('typed')), typed: 'Hello?' }, answered('typed', 'Hello?', true), ended('typed'));
    expect(again).toEqual({ ...typing, answering: true });
  });

  test('is what is being said while a question in writing is answered', () => {
    expect(after({ ...typing, speaking: true, soundFromMs: 1_300 }, ended('typed'), answered('typed'))).toEqual({ ...nothingInFlight, speaking: true, soundFromMs: 1_300 });
  });

  test('stays when it failed: it is what has to be asked again', () => {
    expect([after(nothingInFlight, started(2_000), failed), after(typing, ended('typed'), failed)]).toEqual([{ ...nothingInFlight, soundFromMs: 1_300 }, typing]);
  });

  test('is the sound from now on when a turn failed whose beginning nobody told', () => {
    expect(after(nothingInFlight, failed)).toEqual({ ...nothingInFlight, soundFromMs: endMs });
  });

  test('does not change with what is merely told', () => {
    const before = after(nothingInFlight, started(2_000), ended('spoken'));
    const told: readonly ConversationEvent[] = [{ type: 'heard', ms: 1 }, { type: 'pause', ms: 1 }, { type: 'words', text: 'x' }, { type: 'spoken', turn: 1, text: 'x' }, { type: 'interrupted' }];
    expect(told.filter((event) => nextInFlight(before, event, endMs) !== before)).toEqual([]);
  });
});
