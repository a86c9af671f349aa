import { describe, expect, test } from 'vitest';
import { carryOn, clientReady, giveUp, history, parseMessage, stopSpeaking, textQuestion } from '../../../main/conversation/messages.ts';

const latency = { vadMs: 200, turnMs: 60.5, sttMs: 0, llmMs: 300, ttsMs: 150, voiceToVoiceMs: 710.5 };
const turn = { type: 'turn', turn: 3, asked: 'spoken', transcript: 'Hello?', reply: 'Hi.', interrupted: false, speechEndMs: 900, latency };

/** Every event there is. */
const events = [
  { type: 'heard', ms: 100 },
  { type: 'speech-started', ms: 300 },
  { type: 'pause', ms: 900 },
  { type: 'nothing-heard', ms: 1_200 },
  { type: 'words', text: 'Hel' },
  { type: 'turn-ended', turn: 3, asked: 'typed', transcript: 'Hello?', speechEndMs: 900 },
  { type: 'spoken', turn: 3, text: 'Hi' },
  { type: 'interrupted' },
  turn,
  { ...turn, latency: null },
  { type: 'turn-failed', turn: 3, service: 'tts', message: 'it ended' },
  { type: 'engine-lost', turn: 3, service: 'llm' },
  { type: 'engine-lost', turn: null, service: 'stt' },
  { type: 'engine-back', turn: 3, service: 'llm', waitedMs: 1_250.5 },
  { type: 'engine-back', turn: null, service: 'stt', waitedMs: 900 },
];

function server(data: unknown): string {
  return JSON.stringify({ label: 'rtvi-ai', type: 'server-message', data });
}

function sent(json: string): unknown {
  const { id, ...message } = JSON.parse(json) as { readonly id: unknown };
  return { ...message, hasId: typeof id === 'string' && id !== '' };
}

describe('what the conversation says', () => {
  test.each(events)('$type is understood as it was sent', (event) => {
    expect(parseMessage(server(event))).toEqual(event);
  });

  test.each([
    ['names no type', {}],
    ['is of a type that is not known', { type: 'something-new' }],
    ['lacks its turn', { type: 'spoken', text: 'Hi' }],
    ['has half a turn for a number', { type: 'spoken', turn: 1.5, text: 'Hi' }],
    ['asks in a way that is not known', { ...turn, asked: 'sung' }],
    ['lacks a part of the latency', { ...turn, latency: { ...latency, sttMs: undefined } }],
    ['blames a service that is none', { type: 'turn-failed', turn: 1, service: 'conversation', message: '' }],
    ['waits for a service that is no engine', { type: 'engine-lost', turn: 1, service: 'conversation' }],
    ['does not say how long it waited', { type: 'engine-back', turn: 1, service: 'llm' }],
    ['is no object', 'turn'],
    ['is nothing', null],
  ])('is passed over when it %s', (_fault, data) => {
    expect(parseMessage(server(data))).toBeNull();
  });

  test.each(['null', '7', '[]', '{}', '{"label":"rtvi-ai"}', '{"label":"other","type":"bot-ready"}'])('%s is none of ours', (json) => {
    expect(parseMessage(json)).toBeNull();
  });

  test('it is ready when the bot is', () => {
    expect(parseMessage('{"label":"rtvi-ai","type":"bot-ready","id":"1","data":{"version":"2.1.0"}}')).toBe('bot-ready');
  });
});

describe('what the conversation is told', () => {
  test('is one RTVI message each', () => {
    const messages = [{ role: 'user', content: 'Hello?' }, { role: 'assistant', content: 'Hi.' }] as const;
    expect([textQuestion('What is “π”?\n'), stopSpeaking(), history(messages), history([]), carryOn({ question: 'Who?', asked: 'spoken', spoken: 'It is' }), giveUp('llm'), clientReady()].map(sent)).toEqual([
      { label: 'rtvi-ai', type: 'send-text', hasId: true, data: { content: 'What is “π”?\n' } },
      { label: 'rtvi-ai', type: 'client-message', hasId: true, data: { t: 'stop-speaking' } },
      { label: 'rtvi-ai', type: 'client-message', hasId: true, data: { t: 'history', d: { messages } } },
      { label: 'rtvi-ai', type: 'client-message', hasId: true, data: { t: 'history', d: { messages: [] } } },
      { label: 'rtvi-ai', type: 'client-message', hasId: true, data: { t: 'carry-on', d: { question: 'Who?', asked: 'spoken', spoken: 'It is' } } },
      { label: 'rtvi-ai', type: 'client-message', hasId: true, data: { t: 'give-up', d: { service: 'llm' } } },
      { label: 'rtvi-ai', type: 'client-ready', hasId: true, data: { version: '2.1.0', about: { library: 'earshot' } } },
    ]);
  });

  test('has an id of its own each time', () => {
    const ids = [stopSpeaking(), stopSpeaking()].map((json) => (JSON.parse(json) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
  });
});
