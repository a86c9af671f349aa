import { setGpuUse } from '../settings/change.ts';
import { findGpu } from './find-gpu.ts';
import { granted, originOf, type Remedy } from './model.ts';

export const excludeGpu: Remedy = {
  id: 'exclude-gpu',
  title: 'Leave a graphics card alone',
  options: ['gpu'],
  change: ({ gpu: wanted = '' }, facts) => {
    const gpu = findGpu(wanted, facts);
    if ('kind' in gpu) return gpu;
    return granted(
      setGpuUse(gpu.uuid, false, originOf(excludeGpu.id, facts)),
      (plan) => (plan.gpus.some(({ uuid, use }) => uuid === gpu.uuid && use) ? `The ${gpu.name} is still in use.` : null),
      facts,
    );
  },
};
