import type { ServiceSnapshot, Supervisor } from '../../../main/services/io/supervisor.ts';
import type { ServiceState } from '../../../main/services/machine.ts';
import type { Endpoint, ServiceId } from '../../../main/services/service.ts';

const ids: readonly ServiceId[] = ['stt', 'llm', 'tts', 'conversation'];
const engines: Readonly<Record<ServiceId, string>> = { stt: 'whisper', llm: 'llama', tts: 'kokoro', conversation: 'pipecat' };

/** All services in the state given for each, ready where none is given. */
export function servicesIn(states: Readonly<Partial<Record<ServiceId, ServiceState>>> = {}, endpoint: Endpoint | null = null): readonly ServiceSnapshot[] {
  return ids.map((id) => ({
    service: {
      id,
      engine: engines[id],
      model: `${id}-model`,
      device: 'cpu',
      needs: [],
      run: { kind: 'process', module: 'earshot', python: 'python', environment: {}, section: () => ({}) },
      startBudgetMs: 1_000,
    },
    state: states[id] ?? { kind: 'ready', sinceMs: 0 },
    endpoint,
    pid: null,
    health: null,
  }));
}

/** A supervisor of services that are in the state a test puts them in. */
export interface FakeSupervisor {
  readonly supervisor: Supervisor;
  readonly become: (states: Readonly<Partial<Record<ServiceId, ServiceState>>>) => void;
  /** How many listen to its changes. */
  readonly listeners: () => number;
}

/** Begins with every service ready; all of them answer at `endpoint`. */
export function fakeSupervisor(endpoint: Endpoint): FakeSupervisor {
  let services = servicesIn({}, endpoint);
  const listeners = new Set<() => void>();
  return {
    supervisor: {
      start: () => undefined,
      stop: () => Promise.resolve(),
      snapshot: () => services,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    become: (states) => {
      services = servicesIn(states, endpoint);
      for (const listener of listeners) listener();
    },
    listeners: () => listeners.size,
  };
}
