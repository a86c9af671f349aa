import { plannedService } from '../plan/model.ts';
import type { SettingsChange } from '../settings/change.ts';
import { movableServices } from '../settings/overrides.ts';
import { granted, machineProblem, type Remedy } from './model.ts';
import { isServer, overrideWith } from './service-override.ts';

export const cpuOnly: Remedy = {
  id: 'cpu-only',
  title: 'Run everything on the processor',
  options: [],
  change: (_given, facts) => {
    const ours = movableServices.filter((id) => !isServer(id, facts));
    if (ours.length === 0) return machineProblem('Every service is a server by URL, as your settings say, and decides for itself.');
    const changes = ours.map((id) => overrideWith(id, { device: 'cpu' }, cpuOnly.id, facts).overrides?.services ?? {});
    const change: SettingsChange = { overrides: { services: Object.assign({}, ...changes) as (typeof changes)[number] } };
    return granted(change, (plan) => (ours.every((id) => plannedService(plan, id).device === 'cpu') ? null : 'Something still runs on a graphics card.'), facts);
  },
};
