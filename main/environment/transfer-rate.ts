import { formatBytes } from '../platform/text.ts';

/** How many bytes had arrived when; a value, and each sample makes a new one. */
export interface Transfer {
  readonly samples: readonly { readonly atMs: number; readonly bytes: number }[];
}

/** The rate is that of so long: steady enough to be read, and it soon shows that a line has gone quiet. */
const windowMs = 5_000;
/** Before that, what a start happens to bring says nothing. */
const shortestMs = 1_000;

/** Nothing is known yet. What the first sample brings was there before. */
export const noTransfer: Transfer = { samples: [] };

/** `transfer` with one more sample. Fewer bytes than before, or a clock that was put back: measured from here on. */
export function withSample(transfer: Transfer, atMs: number, bytes: number): Transfer {
  const last = transfer.samples.at(-1);
  const sample = { atMs, bytes };
  if (last === undefined || bytes < last.bytes || atMs < last.atMs) return { samples: [sample] };
  const others = last.atMs === atMs ? transfer.samples.slice(0, -1) : transfer.samples;
  // One from before the window stays: what the window begins with lies between it and the next.
  const firstInside = others.findIndex((each) => each.atMs > atMs - windowMs);
  return { samples: [...(firstInside === -1 ? others.slice(-1) : others.slice(Math.max(0, firstInside - 1))), sample] };
}

/** Bytes per second over the last seconds; null until it can be told. */
export function transferRate(transfer: Transfer, nowMs: number): number | null {
  const first = transfer.samples[0];
  const last = transfer.samples.at(-1);
  if (first === undefined || last === undefined) return null;
  const fromMs = Math.max(first.atMs, nowMs - windowMs);
  if (nowMs - fromMs < shortestMs) return null;
  return ((last.bytes - bytesAt(transfer, fromMs)) * 1_000) / (nowMs - fromMs);
}

/** Seconds until `totalBytes` are there at the rate of now; null while nobody can know. */
export function remainingSeconds(transfer: Transfer, nowMs: number, totalBytes: number | null): number | null {
  const rate = transferRate(transfer, nowMs);
  const last = transfer.samples.at(-1);
  if (totalBytes === null || last === undefined) return null;
  if (last.bytes >= totalBytes) return 0;
  return rate === null || rate <= 0 ? null : (totalBytes - last.bytes) / rate;
}

/** "512 MiB of 2.6 GiB, 31 MiB/s, about 1 min left" */
export function progressText(receivedBytes: number, totalBytes: number | null, bytesPerSecond: number | null, remaining: number | null): string {
  const parts = [totalBytes === null ? shortBytes(receivedBytes) : `${shortBytes(Math.min(receivedBytes, totalBytes))} of ${shortBytes(totalBytes)}`];
  const isOver = totalBytes !== null && receivedBytes >= totalBytes;
  if (bytesPerSecond !== null && !isOver) parts.push(bytesPerSecond < 1 ? 'waiting for data' : `${shortBytes(bytesPerSecond)}/s`);
  if (remaining !== null && !isOver) parts.push(`about ${shortDuration(remaining)} left`);
  return parts.join(', ');
}

/** What had arrived at a moment, on the straight line between the samples around it. */
function bytesAt({ samples }: Transfer, atMs: number): number {
  const after = samples.findIndex((each) => each.atMs >= atMs);
  const next = samples[after];
  const before = samples[after - 1];
  if (next === undefined) return samples.at(-1)?.bytes ?? 0;
  if (before === undefined || next.atMs === before.atMs) return next.bytes;
  return before.bytes + ((next.bytes - before.bytes) * (atMs - before.atMs)) / (next.atMs - before.atMs);
}

/** Sizes of a progress line change many times a second: decimals only where there is one digit before them, or a great unit. */
function shortBytes(bytes: number): string {
  return formatBytes(Math.round(bytes)).replace(/^(\d{2,})\.\d (KiB|MiB)$/, '$1 $2');
}

function shortDuration(seconds: number): string {
  if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`;
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${Math.max(1, minutes)} min`;
  return minutes % 60 === 0 || minutes >= 600 ? `${Math.round(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
