import type { Service, ServiceId } from '../service.ts';
import type { ServiceSnapshot, Supervisor } from './supervisor.ts';

export interface Unanswered {
  readonly service: Service;
  readonly reason: string;
}

/**
 * Settles with the first server of somebody else that has not answered once in the time that a start may take, and why;
 * never, where all have answered by then. Such a server is asked for ever, so nothing else would tell that it is not there.
 */
export async function unansweredServer(supervisor: Pick<Supervisor, 'snapshot' | 'onChange'>, signal: AbortSignal): Promise<Unanswered> {
  const answered = new Set<ServiceId>();
  const reasons = new Map<ServiceId, string>();

  function look(): void {
    for (const { service, state } of supervisor.snapshot()) {
      if (state.kind === 'ready') answered.add(service.id);
      if (state.kind === 'backing-off') reasons.set(service.id, state.reason);
    }
  }

  return new Promise((resolve) => {
    const unwatch = supervisor.onChange(look);
    const limits = supervisor.snapshot().filter(isServer).map(({ service }) =>
      setTimeout(() => {
        if (!answered.has(service.id)) resolve({ service, reason: reasons.get(service.id) ?? 'it did not answer in time' });
      }, service.startBudgetMs),
    );
    signal.addEventListener('abort', () => {
      unwatch();
      for (const limit of limits) clearTimeout(limit);
    });
    look();
  });
}

function isServer({ service }: ServiceSnapshot): boolean {
  return service.run.kind === 'external';
}
