import { plannedService } from '../plan/model.ts';
import { granted, machineProblem, type Remedy } from './model.ts';
import { namedService } from './named-service.ts';
import { isServer, overrideWith, serverSentence, whyNot } from './service-override.ts';

export const moveToCpu: Remedy = {
  id: 'move-to-cpu',
  title: 'Run one service on the processor',
  options: ['service'],
  change: ({ service = '' }, facts) => {
    const id = namedService(service);
    if (typeof id !== 'string') return id;
    if (isServer(id, facts)) return machineProblem(serverSentence(id));
    return granted(
      overrideWith(id, { device: 'cpu' }, moveToCpu.id, facts),
      (plan) => (plannedService(plan, id).device === 'cpu' ? null : whyNot(plan, { id, wish: 'runs on the processor' })),
      facts,
    );
  },
};
