import { expect, test } from 'vitest';
import { happeningsOf } from '../../../main/desktop/happenings.ts';
import type { JournalEntry } from '../../../main/telemetry/journal.ts';

function entry(kind: string, text: string, change: Partial<JournalEntry> = {}): JournalEntry {
  return { at: '2026-11-21T10:00:00.000Z', kind, severity: 'info', text, ...change };
}

function textsOf(entries: readonly JournalEntry[]): readonly string[] {
  return happeningsOf(entries).map(({ text }) => text);
}

test('the newest is first, with all that a person can be told of it', () => {
  const crashed = entry('crashed', 'The voice stopped unexpectedly.', { at: '2026-11-21T10:00:01.000Z', severity: 'warning', service: 'tts', detail: 'exit code 1' });
  expect(happeningsOf([entry('resumed', 'The computer slept.'), crashed])).toEqual([
    { at: '2026-11-21T10:00:01.000Z', severity: 'warning', text: 'The voice stopped unexpectedly.', detail: 'exit code 1' },
    { at: '2026-11-21T10:00:00.000Z', severity: 'info', text: 'The computer slept.', detail: null },
  ]);
});

test('engines that come and go as they should are not told of', () => {
  const service = 'llm' as const;
  expect(textsOf([entry('ready', 'ready', { service }), entry('rested', 'rested', { service }), entry('woken', 'woken', { service }), entry('ready', 'ready', { service })])).toEqual([]);
});

test('one that failed is told of until it is ready again, once', () => {
  const service = 'tts' as const;
  const entries = [entry('crashed', 'it stopped', { service }), entry('restarted', 'started again', { service }), entry('ready', 'another is ready', { service: 'stt' }), entry('ready', 'it is ready', { service }), entry('ready', 'ready at the next start', { service })];
  expect(textsOf(entries)).toEqual(['it is ready', 'started again', 'it stopped']);
});

test('the last twenty are told of', () => {
  const entries = Array.from({ length: 30 }, (_, index) => entry('resumed', `${index}`));
  const texts = textsOf(entries);
  expect([texts.length, texts[0], texts.at(-1)]).toEqual([20, '29', '10']);
});
