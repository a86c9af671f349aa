import { expect, test } from 'vitest';
import { firstAudibleSample, wavFile } from '../../../main/conversation/wav.ts';

function pcm(...samples: number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(samples).buffer);
}

test('a WAV file says what its samples are', () => {
  const file = wavFile(pcm(1, -2, 3), 24_000);
  expect({
    riff: file.toString('ascii', 0, 4),
    riffBytes: file.readUInt32LE(4),
    format: file.readUInt16LE(20),
    channels: file.readUInt16LE(22),
    rateHz: file.readUInt32LE(24),
    bytesPerSecond: file.readUInt32LE(28),
    bits: file.readUInt16LE(34),
    dataBytes: file.readUInt32LE(40),
    samples: [file.readInt16LE(44), file.readInt16LE(46), file.readInt16LE(48)],
    length: file.length,
  }).toEqual({
    riff: 'RIFF',
    riffBytes: 42,
    format: 1,
    channels: 1,
    rateHz: 24_000,
    bytesPerSecond: 48_000,
    bits: 16,
    dataBytes: 6,
    samples: [1, -2, 3],
    length: 50,
  });
});

test('sound begins at the first sample above the threshold, whatever its sign', () => {
  expect([firstAudibleSample(pcm(0, 5, -400, 900), 327), firstAudibleSample(pcm(0, 326, -327), 327)]).toEqual([2, -1]);
});

test('sound is found in a piece of a larger buffer', () => {
  const whole = Buffer.from(pcm(9000, 0, 500));
  expect(firstAudibleSample(whole.subarray(2), 327)).toBe(1);
});
