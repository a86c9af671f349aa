import { movableServices, type MovableService } from '../settings/overrides.ts';
import { usageProblem, type Problem } from './model.ts';

/** The service a person names, or what there is to name. */
export function namedService(name: string): MovableService | Problem {
  return movableServices.find((id) => id === name) ?? usageProblem(`There is no service "${name}" that can be moved. There are: ${movableServices.join(', ')}.`);
}
