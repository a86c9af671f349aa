import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cardSigns, isCardAsleep } from '../../../../main/hardware/io/card-signs.ts';
import { pciEntry, plantTree } from '../planted-tree.ts';

const remembered = JSON.stringify({
  version: 1,
  driverVersion: '550.90.07',
  cards: [{ uuid: 'GPU-1', index: 0, busId: '00000000:01:00.0', pciId: '10de:25a2', name: 'NVIDIA GeForce RTX 3050', computeCapability: '8.6', memoryMiB: 4096, mig: false }],
});

function signsOf(entries: Readonly<Record<string, string>>): ReturnType<typeof cardSigns> {
  const root = plantTree({ 'proc/cpuinfo': '', ...entries });
  return cardSigns({ root, rememberedPath: join(root, 'data', 'hardware.json') }, {});
}

describe('what speaks for a card', () => {
  test.each<[string, Readonly<Record<string, string>>, Awaited<ReturnType<typeof cardSigns>>]>([
    ['nothing', {}, { program: false, present: false, remembered: false }],
    ['the program of the driver alone', { 'usr/bin/nvidia-smi': '' }, { program: true, present: false, remembered: false }],
    ['that of Windows, in WSL', { 'usr/lib/wsl/lib/nvidia-smi': '', 'dev/dxg': '' }, { program: true, present: true, remembered: false }],
    ['the kernel module', { 'sys/module/nvidia/version': '550.90.07' }, { program: false, present: true, remembered: false }],
    ['a card on the bus that no driver has taken yet', pciEntry('0000:01:00.0', '10de:25a2'), { program: false, present: true, remembered: false }],
    ['a card that computes for nobody here', pciEntry('0000:01:00.0', '10de:25a2', { driver: 'vfio-pci' }), { program: false, present: false, remembered: false }],
    ['a card of somebody else', pciEntry('0000:01:00.0', '1002:744c'), { program: false, present: false, remembered: false }],
    ['a card that answered before', { 'data/hardware.json': remembered }, { program: false, present: false, remembered: true }],
  ])('%s', async (_title, entries, signs) => {
    expect(await signsOf(entries)).toEqual(signs);
  });
});

test('a card sleeps by its own place on the bus; without one, when all of them do', async () => {
  const root = plantTree({ ...pciEntry('0000:01:00.0', '10de:25a2', { state: 'suspended' }), ...pciEntry('0000:05:00.0', '10de:1b06', { state: 'active' }) });
  expect(await Promise.all(['00000000:01:00.0', '00000000:05:00.0', null].map((place) => isCardAsleep(place, root)))).toEqual([true, false, false]);
});
