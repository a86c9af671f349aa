import type { Plan } from '../plan/model.ts';

/** Where something runs, as it completes a sentence: "the processor", "the RTX 3060". */
export function placeWords(device: string, plan: Pick<Plan, 'gpus'> | null): string {
  if (device === 'cpu') return 'the processor';
  const card = plan?.gpus.find(({ uuid }) => uuid === device)?.name.replace(/^NVIDIA (GeForce )?/, '').replace(/ Laptop GPU$/, '');
  return `the ${card ?? 'graphics card'}`;
}
