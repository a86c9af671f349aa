import { describe, expect, test } from 'vitest';
import { awaitsCard, hasAnsweringCard } from '../../../main/hardware/awaited-card.ts';
import { explainFailure, mayComeRight } from '../../../main/hardware/nvidia-failure.ts';
import { adapter, card, linux } from '../plan/machines/machine.ts';

describe('what nvidia-smi says', () => {
  test.each([
    ['No devices were found', 6],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.", 9],
    ['', 9],
    ['Unknown Error', 255],
  ])('may pass: “%s”', (said, exitCode) => {
    expect(mayComeRight([explainFailure(said, exitCode)])).toBe(true);
  });

  test.each([
    ['Failed to initialize NVML: Driver/library version mismatch', 18],
    ['Failed to initialize NVML: Insufficient Permissions', 4],
    ['Unable to determine the device handle for GPU0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU', 15],
    ['', 12],
    ['', 8],
  ])('lasts: “%s”', (said, exitCode) => {
    expect(mayComeRight(['Something else.', explainFailure(said, exitCode)])).toBe(false);
  });
});

test('a card that only the bus names has not answered; one that sleeps and is remembered has', () => {
  expect([linux([adapter('NVIDIA', 'NVIDIA GeForce RTX 3050')]), linux([card('rtx3060', { powerState: 'suspended' })]), linux([adapter('AMD', 'Radeon')])].map(hasAnsweringCard)).toEqual([false, true, false]);
});

describe('a card is awaited', () => {
  const none = linux([]);
  test.each([
    ['when it answered here before', { program: true, present: false, remembered: true }, true],
    ['when its driver is loaded', { program: true, present: true, remembered: false }, true],
    ['never without nvidia-smi, which alone could tell of it', { program: false, present: true, remembered: true }, false],
    ['never where nothing speaks for one', { program: true, present: false, remembered: false }, false],
  ])('%s', (_title, signs, awaited) => {
    expect(awaitsCard(none, signs)).toBe(awaited);
  });

  test('no longer than until it answers', () => {
    expect(awaitsCard(linux([card('rtx3060')]), { program: true, present: true, remembered: true })).toBe(false);
  });
});
