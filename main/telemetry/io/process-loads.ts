import { processesBelow } from '../../services/io/own-processes.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import type { ProcessLoad } from '../soak.ts';
import { openFilesOf, statusOf } from './process-figures.ts';

const mebibyte = 1024 ** 2;

/** What this process and each one below it holds; those that end while they are looked at are left out. Linux only. */
export function processLoads(supervisor: Supervisor): readonly ProcessLoad[] {
  const names = namesOf(supervisor);
  return [...processesBelow(process.pid)].flatMap((pid) => {
    const status = statusOf(pid);
    const openFiles = openFilesOf(pid);
    if (status === null || openFiles === null) return [];
    return [{ pid, name: names.get(pid) ?? 'another', memoryMiB: status.residentBytes / mebibyte, openFiles, threads: status.threads }];
  });
}

function namesOf(supervisor: Supervisor): ReadonlyMap<number, string> {
  const services = supervisor.snapshot().flatMap(({ service, pid, health }): readonly (readonly [number, string])[] => [
    ...(pid === null ? [] : [[pid, `shim of ${service.id}`] as const]),
    ...(health?.pid == null ? [] : [[health.pid, service.id] as const]),
  ]);
  return new Map([[process.pid, 'main'], ...services]);
}
