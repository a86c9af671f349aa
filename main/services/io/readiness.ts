import { FaultError, type Fault } from '../../platform/fault.ts';
import { serviceTitle } from '../names.ts';
import type { ServiceId } from '../service.ts';
import type { ServiceSnapshot, Supervisor } from './supervisor.ts';

/** The fault of the first service that was given up, if there is one. */
export function failedService(snapshots: readonly ServiceSnapshot[]): Fault | null {
  for (const { service, state } of snapshots) {
    if (state.kind !== 'failed') continue;
    const external = service.run.kind === 'external';
    return {
      id: external ? 'service-unreachable' : 'process-crashed',
      service: service.id,
      title: `The ${serviceTitle[service.id]} (${service.id}, ${service.engine}) does not run: ${state.reason}.`,
      detail: external
        ? 'Earshot asked that server again and again.'
        : 'It ended again and again, so Earshot stopped starting it.',
      cure: external
        ? 'Start that server, or remove it from the settings so that Earshot uses its own.'
        : 'Run "earshot install" to check its files, then try again.',
    };
  }
  return null;
}

/** Settles once every service (or those in `ids`) is ready; throws the fault of one that was given up. */
export async function waitUntilReady(supervisor: Supervisor, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    function finish(settle: () => void): void {
      unwatch();
      signal?.removeEventListener('abort', onAbort);
      settle();
    }
    function onAbort(): void {
      finish(() => {
        reject(new Error('stopped'));
      });
    }
    function look(): void {
      const snapshots = supervisor.snapshot();
      const fault = failedService(snapshots);
      if (fault !== null) {
        finish(() => {
          reject(new FaultError(fault));
        });
      } else if (snapshots.every((snapshot) => snapshot.state.kind === 'ready')) finish(resolve);
    }
    const unwatch = supervisor.onChange(look);
    signal?.addEventListener('abort', onAbort);
    look();
  });
}

/** The running service with this id. */
export function snapshotOf(supervisor: Supervisor, id: ServiceId): ServiceSnapshot {
  const found = supervisor.snapshot().find((snapshot) => snapshot.service.id === id);
  if (found === undefined) throw new Error(`there is no service ${id}`);
  return found;
}
