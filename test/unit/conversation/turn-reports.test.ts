import { describe, expect, test } from 'vitest';
import type { ConversationEvent } from '../../../main/conversation/messages.ts';
import { turnInFlightAfter, type TurnEvent } from '../../../main/conversation/turn-event.ts';
import { createTurnReports, type TurnReports } from '../../../main/conversation/turn-reports.ts';

const latency = { vadMs: 200, turnMs: 60, sttMs: 0, llmMs: 300, ttsMs: 150, voiceToVoiceMs: 710 };

function ended(turn: number): ConversationEvent {
  return { type: 'turn-ended', turn, asked: 'spoken', transcript: 'Hello?', speechEndMs: 900 };
}

function over(turn: number, interrupted: boolean): ConversationEvent {
  return { type: 'turn', turn, asked: 'spoken', transcript: 'Hello?', reply: 'Hi.', interrupted, speechEndMs: 900, latency };
}

const failed: ConversationEvent = { type: 'turn-failed', turn: 1, service: 'stt', message: 'it ended' };

/** What is told of one connection in which this happens. */
function told(happens: (reports: TurnReports) => void): readonly TurnEvent[] {
  const events: TurnEvent[] = [];
  const reports = createTurnReports((event) => events.push(event));
  reports.connected();
  happens(reports);
  return events;
}

describe('of a turn is told', () => {
  test.each([[false, 'answered'], [true, 'interrupted']] as const)('interrupted %s: that it was %s', (interrupted, kind) => {
    expect(told(({ take }) => { take(ended(1), null); take(over(1, interrupted), 812); })).toEqual([
      { kind: 'asked', turnId: '1.1', asked: 'spoken' },
      { kind, turnId: '1.1', asked: 'spoken', latency, heardAfterMs: 812 },
      { kind: 'ended', turnId: '1.1' },
    ]);
  });

  test('which engine it waits for and how long it has waited; before it has a number, under the one it will have', () => {
    expect(
      told(({ take }) => {
        take(ended(1), null);
        take(over(1, false), null);
        take({ type: 'engine-lost', turn: null, service: 'stt' }, null);
        take({ type: 'engine-back', turn: null, service: 'stt', waitedMs: 900 }, null);
        take(ended(2), null);
        take({ type: 'engine-lost', turn: 2, service: 'tts' }, null);
      }).slice(3),
    ).toEqual([
      { kind: 'engine-lost', turnId: '1.2', service: 'stt' },
      { kind: 'engine-back', turnId: '1.2', service: 'stt', waitedMs: 900 },
      { kind: 'asked', turnId: '1.2', asked: 'spoken' },
      { kind: 'engine-lost', turnId: '1.2', service: 'tts' },
    ]);
  });

  test('that it is asked again or has failed, as whoever kept it decides', () => {
    const again = told((reports) => { reports.take(failed, null); reports.askedAgain('stt', 'it ended'); });
    const lost = told((reports) => { reports.take(failed, null); reports.failed('it ended', 'stt'); });
    expect([again, lost]).toEqual([
      [{ kind: 'asked-again', turnId: '1.1', service: 'stt', reason: 'it ended' }, { kind: 'ended', turnId: '1.1' }],
      [{ kind: 'failed', turnId: '1.1', service: 'stt', reason: 'it ended' }, { kind: 'ended', turnId: '1.1' }],
    ]);
  });

  test('its connection, in which turns are counted anew', () => {
    expect(told((reports) => { reports.take(ended(4), null); reports.connected(); reports.failed('it ended'); reports.take(ended(1), null); }).map(({ kind, turnId }) => [kind, turnId])).toEqual([
      ['asked', '1.4'],
      ['failed', '2.1'],
      ['ended', '2.1'],
      ['asked', '2.1'],
    ]);
  });

  test('nothing beside that', () => {
    const events: readonly ConversationEvent[] = [{ type: 'heard', ms: 1 }, { type: 'speech-started', ms: 1 }, { type: 'pause', ms: 1 }, { type: 'nothing-heard', ms: 1 }, { type: 'words', text: 'x' }, { type: 'spoken', turn: 1, text: 'x' }, { type: 'interrupted' }];
    expect(told(({ take }) => { for (const event of events) take(event, null); })).toEqual([]);
  });
});

test('a turn is in flight from its question until nothing more is said of it, whatever is said of another', () => {
  const kinds = ['engine-lost', 'asked', 'engine-lost', 'engine-back', 'answered', 'ended'] as const;
  const states = kinds.map((_kind, index) => kinds.slice(0, index + 1).reduce<string | null>((current, kind) => turnInFlightAfter(current, { kind, turnId: '1.1' }), null));
  expect([states, turnInFlightAfter('1.2', { kind: 'ended', turnId: '1.1' })]).toEqual([[null, '1.1', '1.1', '1.1', '1.1', null], '1.2']);
});
