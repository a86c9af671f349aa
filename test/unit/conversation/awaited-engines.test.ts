import { expect, test } from 'vitest';
import { isWorthAnotherTry, nextAwaited, nothingAwaited, type AwaitedEngines } from '../../../main/conversation/awaited-engines.ts';
import type { ConversationEvent } from '../../../main/conversation/messages.ts';

const llmLost: ConversationEvent = { type: 'engine-lost', turn: 1, service: 'llm' };
const ttsLost: ConversationEvent = { type: 'engine-lost', turn: 1, service: 'tts' };
const llmBack: ConversationEvent = { type: 'engine-back', turn: 1, service: 'llm', waitedMs: 1 };
const sttLost: ConversationEvent = { type: 'engine-lost', turn: null, service: 'stt' };
const answered: ConversationEvent = { type: 'turn', turn: 1, asked: 'typed', transcript: 'Hello?', reply: 'Hi.', interrupted: false, speechEndMs: 0, latency: null };
const ended: ConversationEvent = { type: 'turn-ended', turn: 2, asked: 'typed', transcript: 'And?', speechEndMs: 0 };
const failed: ConversationEvent = { type: 'turn-failed', turn: 1, service: 'llm', message: 'it ended' };

function after(...events: readonly ConversationEvent[]): AwaitedEngines {
  return events.reduce((awaited, event) => nextAwaited(awaited, event, () => 3), nothingAwaited);
}

test('an engine is waited for until it is back, or until the turn that waits is over', () => {
  const ends: readonly ConversationEvent[] = [failed, { type: 'interrupted' }, answered, ended];
  const found = [after(llmLost, ttsLost), after(llmLost, ttsLost, llmBack), ...ends.map((end) => after(llmLost, ttsLost, end))];
  expect(found.map((awaited) => [...awaited])).toEqual([[['llm', { restarts: 3, turn: 1 }], ['tts', { restarts: 3, turn: 1 }]], [['tts', { restarts: 3, turn: 1 }]], [], [], [], []]);
});

test('one that is needed for what is being said is waited for until that is understood, or was nothing, whatever becomes of the answer before it', () => {
  const events: readonly ConversationEvent[] = [{ type: 'interrupted' }, answered, ended, { type: 'nothing-heard', ms: 1 }];
  expect(events.map((event) => [...after(sttLost, event).keys()])).toEqual([['stt'], ['stt'], [], []]);
});

test.each([
  ['was waited for in vain, and is still starting', after(llmLost), 3, true],
  ['was waited for in vain, and its end was noticed only later', after(llmLost), 4, true],
  ['died again and again of it', after(llmLost), 5, false],
  ['came back and failed again', after(llmLost, llmBack), 4, false],
  ['refused it', nothingAwaited, 3, false],
  ['failed while another one was waited for', after(ttsLost), 3, false],
] as const)('a question is worth another try or not when its engine %s', (_what, awaited, restarts, worth) => {
  expect(isWorthAnotherTry('llm', awaited, restarts)).toBe(worth);
});
