import { setGpuUse } from '../settings/change.ts';
import { findGpu } from './find-gpu.ts';
import { granted, originOf, type Remedy } from './model.ts';

export const includeGpu: Remedy = {
  id: 'include-gpu',
  title: 'Allow a graphics card to be used',
  options: ['gpu'],
  change: ({ gpu: wanted = '' }, facts) => {
    const gpu = findGpu(wanted, facts);
    if ('kind' in gpu) return gpu;
    return granted(
      setGpuUse(gpu.uuid, true, originOf(includeGpu.id, facts)),
      // A card that may be used has a budget, whether or not anything is better on it.
      (plan) => (plan.vram.some(({ uuid }) => uuid === gpu.uuid) ? null : (plan.gpus.find(({ uuid }) => uuid === gpu.uuid)?.reason ?? `The ${gpu.name} cannot be used.`)),
      facts,
    );
  },
};
