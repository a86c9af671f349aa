import type { Remedy } from './model.ts';

export const freeDiskSpace: Remedy = {
  id: 'free-disk-space',
  title: 'Remove environments and models that nothing uses',
  options: [],
  change: () => ({ kind: 'free-space' }),
};
