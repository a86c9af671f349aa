import type { ServiceRow } from '../../preload/contract.ts';

/** What needs attention comes first. */
const worstFirst = ['failed', 'restarting', 'slow', 'starting', 'waiting', 'stopped'] as const satisfies readonly ServiceRow['state'][];

/** All services in one line, and the state that colours it. */
export interface ServicesSummary {
  readonly text: string;
  readonly state: ServiceRow['state'];
}

export function summariseServices(services: readonly ServiceRow[]): ServicesSummary {
  const state = worstFirst.find((candidate) => services.some((service) => service.state === candidate));
  if (services.length === 0) return { text: 'None yet', state: 'waiting' };
  if (state === undefined) return restingOrReady(services);
  const [first, ...others] = services.filter((service) => service.state === state);
  if (first !== undefined && others.length === 0) return { text: `${capitalised(first.title)} ${state}`, state };
  return { text: `${others.length + 1} of ${services.length} ${state}`, state };
}

/** What rests is as good as ready: it loads when somebody speaks. */
function restingOrReady(services: readonly ServiceRow[]): ServicesSummary {
  const resting = services.filter((service) => service.state === 'resting');
  const [first, ...others] = resting;
  if (first === undefined) return { text: `All ${services.length} ready`, state: 'ready' };
  return { text: others.length === 0 ? `${capitalised(first.title)} resting` : `${resting.length} of ${services.length} resting`, state: 'resting' };
}

/** "RTX 3050": what every name of a card has in common says nothing. */
export function shortDevice(device: string): string {
  return device === 'cpu' ? 'CPU' : device.replace(/^NVIDIA (GeForce )?/, '').replace(/ Laptop GPU$/, '');
}

/** "Speech recognition": titles come in the lower case of running text. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
