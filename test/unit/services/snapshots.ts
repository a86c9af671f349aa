import type { ServiceSnapshot, Supervisor } from '../../../main/services/io/supervisor.ts';
import type { ServiceState } from '../../../main/services/machine.ts';
import type { Endpoint, Service, ServiceId } from '../../../main/services/service.ts';

const ids: readonly ServiceId[] = ['stt', 'llm', 'tts', 'conversation'];
const engines: Readonly<Record<ServiceId, string>> = { stt: 'whisper', llm: 'llama', tts: 'kokoro', conversation: 'pipecat' };

/** All services in the state given for each, ready where none is given. */
export function servicesIn(states: Readonly<Partial<Record<ServiceId, ServiceState>>> = {}, endpoint: Endpoint | null = null): readonly ServiceSnapshot[] {
  return ids.map((id) => ({
    service: serviceCalled(id),
    planned: serviceCalled(id),
    onFallback: null,
    restarts: 0,
    state: states[id] ?? { kind: 'ready', sinceMs: 0 },
    endpoint,
    pid: null,
    health: null,
  }));
}

function serviceCalled(id: ServiceId): Service {
  return {
    id,
    engine: engines[id],
    model: `${id}-model`,
    device: 'cpu',
    needs: [],
    run: { kind: 'process', module: 'earshot', python: 'python', environment: {}, section: () => ({}) },
    startBudgetMs: 1_000,
    fallback: null,
  };
}

/** A supervisor of services that are in the state a test puts them in. */
export interface FakeSupervisor {
  readonly supervisor: Supervisor;
  readonly become: (states: Readonly<Partial<Record<ServiceId, ServiceState>>>) => void;
  /** How often the engines were said to be needed. */
  readonly wakes: () => number;
  /** How many listen to its changes. */
  readonly listeners: () => number;
}

/** Begins with every service ready; all of them answer at `endpoint`. */
export function fakeSupervisor(endpoint: Endpoint): FakeSupervisor {
  let services = servicesIn({}, endpoint);
  const listeners = new Set<() => void>();
  let wakes = 0;
  return {
    supervisor: {
      start: () => undefined,
      stop: () => Promise.resolve(),
      snapshot: () => services,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      wake: () => {
        wakes += 1;
      },
      afterSleep: () => undefined,
      goBack: () => undefined,
    },
    become: (states) => {
      services = servicesIn(states, endpoint);
      for (const listener of listeners) listener();
    },
    wakes: () => wakes,
    listeners: () => listeners.size,
  };
}

/** Services of which the language model is a server of somebody else that is not there yet. */
export function awaitedServer(): readonly ServiceSnapshot[] {
  const run = { kind: 'external', endpoint: { origin: 'http://127.0.0.1:9', token: '' }, check: { kind: 'socket', path: '/' } } as const;
  return servicesIn({ llm: { kind: 'backing-off', untilMs: 0, reason: 'it does not answer' } }).map((snapshot) => (snapshot.service.id === 'llm' ? { ...snapshot, service: { ...snapshot.service, run } } : snapshot));
}
