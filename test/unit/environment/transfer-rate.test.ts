import { expect, test } from 'vitest';
import { noTransfer, progressText, remainingSeconds, transferRate, withSample, type Transfer } from '../../../main/environment/transfer-rate.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

function transferOf(...samples: readonly (readonly [atMs: number, bytes: number])[]): Transfer {
  return samples.reduce((transfer, [atMs, bytes]) => withSample(transfer, atMs, bytes), noTransfer);
}

/** A sample each 50 ms, as uv draws. */
function steady(bytesPerSecond: number, fromMs: number, untilMs: number, transfer: Transfer = noTransfer): Transfer {
  const already = transfer.samples.at(-1)?.bytes ?? 0;
  let filled = transfer;
  for (let atMs = fromMs; atMs <= untilMs; atMs += 50) filled = withSample(filled, atMs, already + ((atMs - fromMs) * bytesPerSecond) / 1_000);
  return filled;
}

test('a steady download has its rate, and its rest takes what is left of the time', () => {
  const transfer = steady(30 * MiB, 0, 20_000);
  expect(transferRate(transfer, 20_000)).toBeCloseTo(30 * MiB, 0);
  expect(remainingSeconds(transfer, 20_000, 900 * MiB)).toBeCloseTo(10, 6);
});

test('nothing is said of the rate in the first second', () => {
  expect(transferRate(noTransfer, 0)).toBeNull();
  expect(remainingSeconds(noTransfer, 0, GiB)).toBeNull();
  const begun = transferOf([0, 0], [900, 5 * MiB]);
  expect([transferRate(begun, 900), remainingSeconds(begun, 900, GiB)]).toEqual([null, null]);
  expect(transferRate(begun, 1_000)).toBe(5 * MiB);
});

test('what was there at the start is no speed', () => {
  expect(transferRate(transferOf([0, 2 * GiB], [2_000, 2 * GiB + 10 * MiB]), 2_000)).toBe(5 * MiB);
});

test('a rate that changes is the new one five seconds later', () => {
  const changed = steady(2 * MiB, 10_050, 15_050, steady(30 * MiB, 0, 10_000));
  expect(transferRate(changed, 12_550)).toBeGreaterThan(2 * MiB);
  expect(transferRate(changed, 15_050)).toBeCloseTo(2 * MiB, -4);
});

test('a pause lets the rate sink to nothing and takes the remaining time away', () => {
  const transfer = steady(30 * MiB, 0, 10_000);
  expect(transferRate(transfer, 12_500)).toBeCloseTo(15 * MiB, 0);
  expect(transferRate(transfer, 60_000)).toBe(0);
  expect(remainingSeconds(transfer, 60_000, GiB)).toBeNull();
  // It goes on: the minutes of silence no longer count.
  const again = steady(30 * MiB, 60_000, 66_000, transfer);
  expect(transferRate(again, 66_000)).toBeCloseTo(30 * MiB, 0);
});

test('fewer bytes than before, or a clock that was put back, begin anew', () => {
  expect(transferOf([0, 10], [1_000, 20], [2_000, 5]).samples).toEqual([{ atMs: 2_000, bytes: 5 }]);
  expect(transferOf([5_000, 10], [1_000, 20]).samples).toEqual([{ atMs: 1_000, bytes: 20 }]);
  expect(transferRate(transferOf([5_000, 10]), 1_000)).toBeNull();
});

test('whatever comes, the figures are numbers that are not negative', () => {
  let seed = 7;
  function random(below: number): number {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  }
  let transfer = noTransfer;
  let atMs = 0;
  for (let count = 0; count < 5_000; count += 1) {
    atMs += random(20) === 0 ? random(60_000) - 20_000 : random(3) * random(200);
    transfer = withSample(transfer, atMs, random(10) === 0 ? random(GiB) : (transfer.samples.at(-1)?.bytes ?? 0) + random(MiB));
    const nowMs = atMs + random(8_000) - 500;
    for (const figure of [transferRate(transfer, nowMs), remainingSeconds(transfer, nowMs, random(2 * GiB))]) {
      if (figure !== null && !(figure >= 0 && Number.isFinite(figure))) throw new Error(`${figure} after ${count} samples`);
    }
    expect(transfer.samples.length).toBeLessThan(2_000);
  }
});

test('samples older than the window are let go', () => {
  expect(steady(MiB, 0, 600_000).samples.length).toBeLessThan(110);
});

test.each([
  [512 * MiB, 2.6 * GiB, 31 * MiB, 70, '512 MiB of 2.6 GiB, 31 MiB/s, about 1 min left'],
  [0, 2.6 * GiB, null, null, '0 B of 2.6 GiB'],
  [4 * MiB, null, 3.25 * MiB, null, '4.0 MiB, 3.3 MiB/s'],
  [100, 900, 100, 8, '100 B of 900 B, 100 B/s, about 8 s left'],
  [MiB, GiB, 0, null, '1.0 MiB of 1.0 GiB, waiting for data'],
  [MiB, 12 * GiB, 100 * 1024, 42, '1.0 MiB of 12.0 GiB, 100 KiB/s, about 45 s left'],
  [MiB, 12 * GiB, MiB, 3_600, '1.0 MiB of 12.0 GiB, 1.0 MiB/s, about 1 h left'],
  [MiB, 12 * GiB, MiB, 5_400, '1.0 MiB of 12.0 GiB, 1.0 MiB/s, about 1 h 30 min left'],
  [MiB, 12 * GiB, MiB, 90_000, '1.0 MiB of 12.0 GiB, 1.0 MiB/s, about 25 h left'],
  [2.6 * GiB, 2.6 * GiB, 31 * MiB, 0, '2.6 GiB of 2.6 GiB'],
  [3 * GiB, 2.6 * GiB, 31 * MiB, 0, '2.6 GiB of 2.6 GiB'],
])('%d bytes of %d at %d/s with %d s to go: "%s"', (receivedBytes, totalBytes, rate, remaining, said) => {
  expect(progressText(receivedBytes, totalBytes, rate, remaining)).toBe(said);
});
