import { describe, expect, test } from 'vitest';
import { commandSchema, linkUpSchema, longestQuestion } from '../../../preload/contract.ts';
import { workingAudio } from './state-with.ts';

const device = { id: 'm1', label: 'Desk microphone' };

describe('a command is taken', () => {
  test.each([
    [{ kind: 'set-mode', mode: 'hands-free' }],
    [{ kind: 'set-mode', mode: 'press-to-talk' }],
    [{ kind: 'set-muted', muted: true }],
    [{ kind: 'press-to-talk' }],
    [{ kind: 'release-to-talk' }],
    [{ kind: 'ask', text: 'Hello?' }],
    [{ kind: 'ask', text: 'x'.repeat(longestQuestion) }],
    [{ kind: 'stop-speaking' }],
    [{ kind: 'start-over' }],
    [{ kind: 'choose-microphone', device }],
    [{ kind: 'choose-microphone', device: null }],
    [{ kind: 'choose-speaker', device }],
    [{ kind: 'choose-speaker', device: null }],
    [{ kind: 'report-audio', report: workingAudio }],
    [{ kind: 'report-audio', report: { ...workingAudio, microphones: [], speakers: [], microphone: 'failed', speaker: 'failed', problem: 'NotReadableError', echoCancellation: null } }],
    [{ kind: 'try-again' }],
    [{ kind: 'cancel-setup' }],
    [{ kind: 'go-back' }],
    [{ kind: 'keep-change' }],
    [{ kind: 'remedy', id: 'use-torch-build', arguments: { build: 'cu121' } }],
    [{ kind: 'remedy', id: 'cpu-only', arguments: {} }],
    [{ kind: 'choose-recognition', engine: 'kyutai' }],
    [{ kind: 'choose-end-of-turn', endOfTurn: 'semantic' }],
    [{ kind: 'use-processor-only', on: true }],
    [{ kind: 'set-rest', service: 'llm', minutes: 30 }],
    [{ kind: 'set-rest', service: 'stt', minutes: null }],
    [{ kind: 'set-start-at-login', on: true }],
    [{ kind: 'dismiss-notice', id: 'no-tray' }],
    [{ kind: 'open-logs' }],
    [{ kind: 'hide' }],
    [{ kind: 'quit' }],
  ])('as it is: %j', (command) => {
    expect(commandSchema.parse(command)).toEqual(command);
  });

  test('without the blanks around a question', () => {
    expect(commandSchema.parse({ kind: 'ask', text: ' \n What is “π”?\t' })).toEqual({ kind: 'ask', text: 'What is “π”?' });
  });

  test('without what the contract does not know', () => {
    expect(commandSchema.parse({ kind: 'quit', force: true, device: { ...device, groupId: 'g' } })).toEqual({ kind: 'quit' });
  });
});

describe('a command is refused', () => {
  test.each([
    ['that is none', undefined],
    ['that is nothing', null],
    ['that is a text', 'quit'],
    ['that is a list', [{ kind: 'quit' }]],
    ['without a kind', {}],
    ['of a kind that is not known', { kind: 'run', command: 'x' }],
    ['of a kind that only objects have', { kind: '__proto__' }],
    ['with a mode that is not known', { kind: 'set-mode', mode: 'always' }],
    ['with a text for a truth', { kind: 'set-muted', muted: 'yes' }],
    ['that asks nothing', { kind: 'ask', text: '' }],
    ['that asks blanks', { kind: 'ask', text: ' \n ' }],
    ['that asks too much', { kind: 'ask', text: 'x'.repeat(longestQuestion + 1) }],
    ['that asks a list', { kind: 'ask', text: ['Hello?'] }],
    ['with a device without a label', { kind: 'choose-speaker', device: { id: 's1' } }],
    ['without the device', { kind: 'choose-microphone' }],
    ['with a report of half the devices', { kind: 'report-audio', report: { ...workingAudio, speaker: undefined } }],
    ['with a microphone in a state that is not known', { kind: 'report-audio', report: { ...workingAudio, microphone: 'on' } }],
    ['of a remedy with a path for a name', { kind: 'remedy', id: '../x', arguments: {} }],
    ['of a remedy without its arguments', { kind: 'remedy', id: 'cpu-only' }],
    ['of a remedy with an argument nobody knows', { kind: 'remedy', id: 'cpu-only', arguments: { command: 'rm' } }],
    ['of a remedy with an argument that is no text', { kind: 'remedy', id: 'exclude-gpu', arguments: { gpu: 1 } }],
    ['of a remedy with an argument as long as a book', { kind: 'remedy', id: 'exclude-gpu', arguments: { gpu: 'x'.repeat(201) } }],
    ['with an engine that is not known', { kind: 'choose-recognition', engine: 'moshi' }],
    ['to rest at once', { kind: 'set-rest', service: 'llm', minutes: 0 }],
    ['to rest after more than a day', { kind: 'set-rest', service: 'llm', minutes: 1_441 }],
    ['to rest what always listens', { kind: 'set-rest', service: 'conversation', minutes: 10 }],
    ['that dismisses nothing', { kind: 'dismiss-notice' }],
  ])('%s', (_what, command) => {
    expect(commandSchema.safeParse(command).success).toBe(false);
  });
});

describe('what comes over the audio link', () => {
  const pcm = Uint8Array.of(1, 2);

  test('is sound, and where the playhead is', () => {
    const messages = [{ kind: 'heard', pcm }, { kind: 'playhead', sample: 48_000, outputLatencyMs: 12.5 }];
    expect(messages.map((message) => linkUpSchema.parse(message))).toEqual(messages);
  });

  test.each([
    ['sound that is no bytes', { kind: 'heard', pcm: [1, 2] }],
    ['sound as other numbers', { kind: 'heard', pcm: new Int16Array(2) }],
    ['half a sample', { kind: 'playhead', sample: 1.5, outputLatencyMs: 0 }],
    ['a place before the beginning', { kind: 'playhead', sample: -1, outputLatencyMs: 0 }],
    ['a latency that is no number', { kind: 'playhead', sample: 1, outputLatencyMs: Number.NaN }],
    ['a latency without end', { kind: 'playhead', sample: 1, outputLatencyMs: Infinity }],
    ['what only main sends', { kind: 'drop' }],
  ])('is not %s', (_what, message) => {
    expect(linkUpSchema.safeParse(message).success).toBe(false);
  });
});
