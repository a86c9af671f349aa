import { readFile, writeFile } from 'node:fs/promises';
import { wavFile } from '../../main/conversation/wav.ts';

/** Samples of a WAV file that Earshot itself wrote or ships: 44 bytes of header, s16le mono. */
export async function samplesOf(path: string): Promise<Int16Array> {
  const file = await readFile(path);
  return new Int16Array(file.buffer.slice(file.byteOffset + 44, file.byteOffset + file.length));
}

export async function writeSamples(path: string, samples: Int16Array, sampleRateHz: number): Promise<void> {
  await writeFile(path, wavFile(bytesOf(samples), sampleRateHz));
}

/** s16le as samples. */
export function samplesOfBytes(pcm: Uint8Array): Int16Array {
  return new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength));
}

export function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** A generator of numbers in [0, 1) that repeats for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The samples with white noise at this signal-to-noise ratio, measured over the whole recording. */
export function withNoise(samples: Int16Array, signalToNoiseDb: number, random: () => number): Int16Array {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const amplitude = Math.sqrt(power / 10 ** (signalToNoiseDb / 10)) * Math.sqrt(3);
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample + amplitude * (2 * random() - 1)))));
}

/** A WAV file in another format than ours: what recorders and editors leave behind. */
export function foreignWav(samples: Int16Array, format: 'u8' | 'stereo-48k' | 'float'): Buffer {
  if (format === 'u8') return riff(1, 1, 16_000, 8, Buffer.from(Uint8Array.from(samples, (sample) => (sample >> 8) + 128)));
  if (format === 'float') {
    const floats = Float32Array.from(samples, (sample) => sample / 32_768);
    return riff(3, 1, 16_000, 32, Buffer.from(floats.buffer));
  }
  const stereo = new Int16Array(samples.length * 6);
  for (let index = 0; index < samples.length * 3; index += 1) {
    const before = samples[Math.floor(index / 3)] ?? 0;
    const after = samples[Math.floor(index / 3) + 1] ?? before;
    const value = Math.round(before + ((after - before) * (index % 3)) / 3);
    stereo[2 * index] = value;
    stereo[2 * index + 1] = value;
  }
  return riff(1, 2, 48_000, 16, bytesOf(stereo));
}

function riff(code: number, channels: number, rateHz: number, bits: number, data: Buffer): Buffer {
  const header = wavFile(new Uint8Array(0), rateHz);
  header.writeUInt32LE(36 + data.length, 4);
  header.writeUInt16LE(code, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE((rateHz * channels * bits) / 8, 28);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
