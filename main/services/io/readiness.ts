import { FaultError, type Fault } from '../../platform/fault.ts';
import { isResting, isUp } from '../machine.ts';
import { serviceTitle } from '../names.ts';
import type { Service, ServiceId } from '../service.ts';
import type { ServiceSnapshot, Supervisor } from './supervisor.ts';
import { unansweredServer } from './unanswered-server.ts';

/** The first service that was given up, if there is one, and why. */
export function givenUpService(snapshots: readonly ServiceSnapshot[]): { readonly service: Service; readonly reason: string } | null {
  for (const { service, state } of snapshots) {
    if (state.kind === 'failed') return { service, reason: state.reason };
  }
  return null;
}

/** The fault of the first service that was given up, for the command line. */
export function failedService(snapshots: readonly ServiceSnapshot[]): Fault | null {
  const found = givenUpService(snapshots);
  return found === null ? null : doesNotRun(found.service, found.reason);
}

function doesNotRun(service: Service, reason: string): Fault {
  const external = service.run.kind === 'external';
  return {
    id: external ? 'service-unreachable' : 'process-crashed',
    service: service.id,
    title: `The ${serviceTitle[service.id]} does not run: ${reason}.`,
    detail: external
      ? 'Earshot asked that server again and again.'
      : 'It ended again and again, so Earshot stopped starting it.',
    cure: external
      ? 'Start that server, or remove it from the settings so that Earshot uses its own.'
      : 'If memory is short, close other programs or choose a smaller model; "earshot install" checks its files. Then try again.',
  };
}

/**
 * Watches the services until `isDone` holds: null then, the fault of a service that was given up if that comes first.
 * Rejects when the signal is aborted.
 */
export async function watchServices(
  supervisor: Supervisor,
  signal: AbortSignal | undefined,
  isDone: (snapshots: readonly ServiceSnapshot[]) => boolean,
): Promise<Fault | null> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    function leave(): void {
      unwatch();
      signal?.removeEventListener('abort', onAbort);
    }
    function onAbort(): void {
      leave();
      reject(new Error('stopped'));
    }
    function look(): void {
      const snapshots = supervisor.snapshot();
      const fault = failedService(snapshots);
      if (fault === null && !isDone(snapshots)) return;
      leave();
      resolve(fault);
    }
    const unwatch = supervisor.onChange(look);
    signal?.addEventListener('abort', onAbort);
    look();
  });
}

/** Whether a service can be used: it answers, if late, or it rests and starts as soon as it is needed. */
export function isReady({ state }: ServiceSnapshot): boolean {
  return isUp(state) || isResting(state);
}

/** Whether every service can be used. */
export function areReady(snapshots: readonly ServiceSnapshot[]): boolean {
  return snapshots.every(isReady);
}

/**
 * For how long a server of somebody else is waited for: whoever sits at the command line is told after the time that one
 * start may take; what runs in the background waits until it is there.
 */
export type ServerPatience = 'one-start' | 'for-ever';

/** Settles once every service can be used; throws the fault of one that was given up, or of a server that does not answer. */
export async function waitUntilReady(supervisor: Supervisor, signal?: AbortSignal, patience: ServerPatience = 'one-start'): Promise<void> {
  const over = new AbortController();
  const watched = watchServices(supervisor, AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]), areReady);
  const unanswered = patience === 'for-ever' ? [] : [unansweredServer(supervisor, over.signal).then(({ service, reason }) => doesNotRun(service, reason))];
  try {
    const fault = await Promise.race([watched, ...unanswered]);
    if (fault !== null) throw new FaultError(fault);
  } finally {
    over.abort();
  }
}

/** The running service with this id. */
export function snapshotOf(supervisor: Supervisor, id: ServiceId): ServiceSnapshot {
  const found = supervisor.snapshot().find((snapshot) => snapshot.service.id === id);
  if (found === undefined) throw new Error(`there is no service ${id}`);
  return found;
}
