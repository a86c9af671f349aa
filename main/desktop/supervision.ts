import type { ServiceRow } from '../../preload/contract.ts';
import type { Finding } from '../platform/finding.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import type { ServiceState } from '../services/machine.ts';
import type { ServiceId } from '../services/service.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';

/** What the desktop keeps of what happens to the services, beside the state that each is in. */
export interface Supervision {
  /** What a service said of itself and is not what was planned; gone with the process that said it. */
  readonly found: Readonly<Partial<Record<ServiceId, Finding>>>;
  /** Services that rested and load again because somebody needs them: no trouble. */
  readonly waking: readonly ServiceId[];
}

export const nothingSupervised: Supervision = { found: {}, waking: [] };

/** A server of somebody else that did not answer and is asked again and again; null when there is none. One try of it after the other changes nothing. */
export function awaitedServer(services: readonly ServiceSnapshot[]): ServiceSnapshot | null {
  return services.find(({ service, state, restarts }) => service.run.kind === 'external' && (state.kind === 'backing-off' || (restarts > 0 && shownState(state) !== 'ready'))) ?? null;
}

/** What is kept after one more event; the same value when nothing of it has changed. */
export function supervisionAfter(before: Supervision, event: SupervisorEvent): Supervision {
  switch (event.kind) {
    case 'finding':
      return { ...before, found: { ...before.found, [event.service]: event.finding } };
    case 'spawned':
      return withoutFinding(before, event.service);
    case 'woken':
      return { ...before, waking: [...before.waking.filter((id) => id !== event.service), event.service] };
    case 'ready':
    case 'rested':
    case 'crashed':
    case 'gave-up':
      return awake(before, event.service);
    case 'state':
    case 'fell-back':
    case 'returned':
    case 'resumed':
    case 'reaped':
      return before;
  }
}

function withoutFinding(before: Supervision, service: ServiceId): Supervision {
  if (before.found[service] === undefined) return before;
  return { ...before, found: Object.fromEntries(Object.entries(before.found).filter(([id]) => id !== service)) };
}

function awake(before: Supervision, service: ServiceId): Supervision {
  return before.waking.includes(service) ? { ...before, waking: before.waking.filter((id) => id !== service) } : before;
}

/** Whether something runs otherwise than it was planned, which a start anew may mend. */
export function runsOtherwise({ services, supervision }: { readonly services: readonly Pick<ServiceSnapshot, 'onFallback'>[]; readonly supervision: Supervision }): boolean {
  return services.some(({ onFallback }) => onFallback !== null) || Object.keys(supervision.found).length > 0;
}

export type ShownState = ServiceRow['state'];

/** What a person is told of a state, as one word. */
export function shownState(state: ServiceState): ShownState {
  switch (state.kind) {
    case 'stopped':
      return stoppedStates[state.because];
    case 'starting':
    case 'warming':
      return 'starting';
    case 'ready':
      return 'ready';
    case 'degraded':
      return 'slow';
    case 'backing-off':
      return 'restarting';
    case 'failed':
      return 'failed';
    case 'stopping':
      return stoppingStates[state.then.kind];
  }
}

const stoppedStates = { 'not-started': 'waiting', idle: 'resting', asked: 'stopped' } as const;
const stoppingStates = { stay: 'stopped', rest: 'resting', start: 'restarting', crash: 'restarting' } as const;
