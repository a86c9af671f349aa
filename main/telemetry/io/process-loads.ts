import { readdirSync, readFileSync } from 'node:fs';
import { processesBelow } from '../../services/io/own-processes.ts';
import type { Supervisor } from '../../services/io/supervisor.ts';
import { parseStatus } from '../process-figures.ts';
import type { ProcessLoad } from '../soak.ts';

const mebibyte = 1024 ** 2;

/** What this process and each one below it holds; those that end while they are looked at are left out. Linux only. */
export function processLoads(supervisor: Supervisor): readonly ProcessLoad[] {
  const names = namesOf(supervisor);
  return [...processesBelow(process.pid)].flatMap((pid) => {
    try {
      const status = parseStatus(pid, readFileSync(`/proc/${pid}/status`, 'utf8'));
      if (status === null) return [];
      const openFiles = readdirSync(`/proc/${pid}/fd`).length;
      return [{ pid, name: names.get(pid) ?? 'another', memoryMiB: status.residentBytes / mebibyte, openFiles, threads: status.threads }];
    } catch {
      return [];
    }
  });
}

function namesOf(supervisor: Supervisor): ReadonlyMap<number, string> {
  const services = supervisor.snapshot().flatMap(({ service, pid, health }): readonly (readonly [number, string])[] => [
    ...(pid === null ? [] : [[pid, `shim of ${service.id}`] as const]),
    ...(health?.pid == null ? [] : [[health.pid, service.id] as const]),
  ]);
  return new Map([[process.pid, 'main'], ...services]);
}
