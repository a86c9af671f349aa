import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../main/conversation/frames.ts';
import { parseMessage } from '../../../main/conversation/messages.ts';

test('audio and messages survive the wire', () => {
  const audio = { kind: 'audio', pcm: Buffer.from([1, 2, 3, 4]), sampleRateHz: 16_000 } as const;
  const message = { kind: 'message', json: '{"a":1}' } as const;
  expect([decodeFrame(encodeFrame(audio)), decodeFrame(encodeFrame(message))]).toEqual([audio, message]);
});

test('audio is laid out as pipecat declares it', () => {
  // field 2 (audio) of Frame: fields 3 (bytes), 4 (rate), 5 (channels) of AudioRawFrame
  const bytes = encodeFrame({ kind: 'audio', pcm: Uint8Array.of(7, 8), sampleRateHz: 16_000 });
  expect(Buffer.from(bytes).toString('hex')).toBe('12091a02070820807d2801');
});

test('frames that main has no use for are passed over', () => {
  // field 1 (text) with field 3 "x"
  expect(decodeFrame(Uint8Array.of(0x0a, 0x03, 0x1a, 0x01, 0x78))).toBeNull();
});

test('server messages become events and stock RTVI does not', () => {
  const heard = { label: 'rtvi-ai', type: 'server-message', data: { type: 'heard', ms: 100 } };
  const stock = { label: 'rtvi-ai', type: 'bot-llm-text', data: { text: 'x' } };
  const unknown = { label: 'rtvi-ai', type: 'server-message', data: { type: 'something-new' } };
  const ready = { label: 'rtvi-ai', type: 'bot-ready', id: '1', data: {} };
  expect([heard, stock, unknown, ready].map((message) => parseMessage(JSON.stringify(message)))).toEqual([
    { type: 'heard', ms: 100 },
    null,
    null,
    'bot-ready',
  ]);
});
