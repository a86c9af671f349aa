import { describe, expect, it } from 'vitest';
import { createChunker } from '../../../renderer/audio/chunker.ts';
import { decodePcm, encodePcm, meterLevel, rootMeanSquare } from '../../../renderer/audio/pcm.ts';

describe('PCM', () => {
  it('is s16le, and clips instead of wrapping round', () => {
    expect([...encodePcm(Float32Array.of(0, 0.5, -1, 1, 2, -2))]).toEqual([0, 0, 0, 0x40, 0, 0x80, 0xff, 0x7f, 0xff, 0x7f, 0, 0x80]);
  });

  it('survives both ways', () => {
    const sound = Float32Array.from({ length: 512 }, (_, index) => Math.round(Math.sin(index / 9) * 30_000) / 0x8000);
    expect(decodePcm(encodePcm(sound))).toEqual(sound);
  });

  it('is read from the middle of a larger buffer, and a half sample is none', () => {
    const bytes = Uint8Array.of(9, 0, 0x40, 0, 0xc0, 7);
    expect([...decodePcm(bytes.subarray(1))]).toEqual([0.5, -0.5]);
  });

  it('shows loudness in decibels', () => {
    expect([0, 0.0005, 0.001, 0.0316, 1].map((value) => Math.round(100 * meterLevel(rootMeanSquare(new Float32Array(512).fill(value)))))).toEqual([0, 0, 0, 50, 100]);
  });
});

describe('the chunker', () => {
  it('makes chunks of one length out of blocks of another, and loses no sample', () => {
    const chunker = createChunker(512);
    const heard: number[] = [];
    const lengths: number[] = [];
    for (let block = 0; block < 17; block += 1) {
      chunker.push(
        Float32Array.from({ length: 128 }, (_, index) => block * 128 + index),
        (chunk) => {
          lengths.push(chunk.length);
          heard.push(...chunk);
        },
      );
    }
    expect(lengths).toEqual([512, 512, 512, 512]);
    expect(heard).toEqual(Array.from({ length: 2048 }, (_, index) => index));
  });

  it('hands out several chunks of one long block', () => {
    const lengths: number[] = [];
    createChunker(100).push(new Float32Array(250), (chunk) => lengths.push(chunk.length));
    expect(lengths).toEqual([100, 100]);
  });
});
