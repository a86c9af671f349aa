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

/** Loudness as the meter shows it: 0 at -60 dB and below, 1 at full scale. */
export function meterLevel(samples: Float32Array): number {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  if (energy === 0) return 0;
  const decibels = 10 * Math.log10(energy / samples.length);
  return Math.max(0, Math.min(1, 1 + decibels / 60));
}
