import { noTransfer, remainingSeconds, transferRate, withSample, type Transfer as Samples } from '../environment/transfer-rate.ts';

/** What has arrived of a step, and how fast the rest comes. */
export interface Transfer {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  /** null before it can be told. */
  readonly bytesPerSecond: number | null;
  readonly remainingSeconds: number | null;
  readonly samples: Samples;
}

export function transferAfter(before: Transfer | null, said: { readonly receivedBytes: number; readonly totalBytes: number | null }, atMs: number): Transfer {
  const { receivedBytes, totalBytes } = said;
  const samples = withSample(before?.samples ?? noTransfer, atMs, receivedBytes);
  return { receivedBytes, totalBytes, bytesPerSecond: transferRate(samples, atMs), remainingSeconds: remainingSeconds(samples, atMs, totalBytes), samples };
}
