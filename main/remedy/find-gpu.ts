import type { Gpu } from '../hardware/model.ts';
import { machineProblem, type Problem, type RemedyFacts } from './model.ts';

/** The card a person means by its UUID or by a part of its name that no other card has. */
export function findGpu(wanted: string, { hardware: { gpus } }: RemedyFacts): Gpu | Problem {
  const exact = gpus.find(({ uuid }) => uuid === wanted);
  if (exact !== undefined) return exact;
  const words = wanted.trim().toLowerCase();
  const named = words === '' ? [] : gpus.filter(({ name }) => name.toLowerCase().includes(words));
  const [first] = named;
  if (first !== undefined && named.length === 1) return first;
  if (gpus.length === 0) return machineProblem(`There is no graphics card "${wanted}": this computer has none.`);
  const all = `This computer has: ${gpus.map(({ uuid, name }) => `${name} (${uuid})`).join(', ')}.`;
  return machineProblem(named.length === 0 ? `There is no graphics card "${wanted}". ${all}` : `"${wanted}" could be more than one graphics card; name its UUID. ${all}`);
}
