/** Full scale of a signed 16-bit sample. */
const fullScale = 0x8000;

/** Samples between -1 and 1 as s16le bytes in a buffer of their own, so that it can be handed over without a copy. */
export function encodePcm(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => {
    const scaled = Math.round(sample * fullScale);
    view.setInt16(index * 2, Math.max(-fullScale, Math.min(fullScale - 1, scaled)), true);
  });
  return new Uint8Array(view.buffer);
}

/** s16le bytes as samples between -1 and 1. A last odd byte is no sample. */
export function decodePcm(pcm: Uint8Array): Float32Array {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from({ length: pcm.byteLength >> 1 }, (_, index) => view.getInt16(index * 2, true) / fullScale);
}

/** Loudness of some samples, 0 to 1 for full scale. */
export function rootMeanSquare(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  return Math.sqrt(energy / samples.length);
}

/** Loudness as the meter shows it: 0 at -60 dB and below, 1 at full scale. */
export function meterLevel(rms: number): number {
  return rms === 0 ? 0 : Math.max(0, Math.min(1, 1 + Math.log10(rms) / 3));
}
