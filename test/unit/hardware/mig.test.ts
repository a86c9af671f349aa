import { expect, test } from 'vitest';
import { parseParts } from '../../../main/hardware/mig.ts';

test('parts belong to the card above them; cards without any, and lines that are none, are passed over', () => {
  const list = [
    'GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5136)',
    'GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-d859)\r',
    '  MIG 1g.20gb     Device  0: (UUID: MIG-ce86)\r',
    '  MIG 1g.10gb+me  Device  1: (UUID: MIG-GPU-d859/11/0)',
    '  MIG 9g',
    'Unable to determine the device handle',
  ].join('\n');
  expect(parseParts(list)).toEqual([
    { card: 'GPU-d859', uuid: 'MIG-ce86', profile: '1g.20gb' },
    { card: 'GPU-d859', uuid: 'MIG-GPU-d859/11/0', profile: '1g.10gb+me' },
  ]);
});
