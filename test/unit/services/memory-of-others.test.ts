import { describe, expect, test } from 'vitest';
import type { Gpu, GpuProcess } from '../../../main/hardware/model.ts';
import { changeInSum, othersWithDrawing } from '../../../main/services/memory-of-others.ts';

const card: Gpu = {
  uuid: 'GPU-1', index: 0, busId: '00000000:01:00.0', vendor: 'NVIDIA', name: 'NVIDIA GeForce RTX 3090', computeCapability: '8.6', memoryMiB: 24_000, freeMiB: 20_000,
  virtual: false, mig: false, deviceNode: '/dev/nvidia0', powerState: 'active', pciId: '10de:2204', accessible: true,
};
const python: GpuProcess = { pid: 7, uuid: 'GPU-1', name: 'python', usedMiB: 1_000, ours: true };
const vllm: GpuProcess = { pid: 8, uuid: 'GPU-1', name: 'vllm', usedMiB: 2_500, ours: false };

function unnamed(differences: Partial<Gpu>, processes: readonly GpuProcess[], ownCards: readonly string[] = []): number | null | undefined {
  return othersWithDrawing({ gpus: [{ ...card, ...differences }], processes }, ['GPU-1'], new Set(ownCards)).find(({ pid }) => pid === 0)?.usedMiB;
}

test('what no named program holds, ours among them, is held by others', () => {
  expect(othersWithDrawing({ gpus: [card], processes: [python, vllm] }, ['GPU-1'], new Set(['GPU-1']))).toEqual([
    { pid: 8, uuid: 'GPU-1', name: 'vllm', usedMiB: 2_500 },
    { pid: 0, uuid: 'GPU-1', name: '', usedMiB: 500 },
  ]);
});

describe('it is unknown', () => {
  test.each<[string, number | null | undefined]>([
    ['where the card does not tell its free memory', unnamed({ freeMiB: null }, [])],
    ['where it does not tell its memory', unnamed({ memoryMiB: null }, [])],
    ['while the card sleeps', unnamed({ powerState: 'suspended' }, [])],
    ['where a program does not tell what it holds', unnamed({}, [{ ...vllm, usedMiB: null }])],
    ['where our own engines do not show', unnamed({}, [vllm], ['GPU-1'])],
    ['where the card is gone', unnamed({ uuid: 'GPU-2' }, [])],
  ])('%s', (_where, usedMiB) => {
    expect(usedMiB).toBeNull();
  });
});

test('lists that cannot be compared are compared by what each card gives in sum', () => {
  const named = othersWithDrawing({ gpus: [card], processes: [vllm] }, ['GPU-1'], new Set());
  const nameless = othersWithDrawing({ gpus: [card], processes: [] }, ['GPU-1'], new Set());
  const fuller = othersWithDrawing({ gpus: [{ ...card, freeMiB: 19_000 }], processes: [] }, ['GPU-1'], new Set());
  expect([changeInSum(named, nameless).grew, changeInSum(named, fuller).grew]).toEqual([[], [{ other: { pid: 0, uuid: 'GPU-1', name: '', usedMiB: 5_000 }, byMiB: 1_000 }]]);
});
