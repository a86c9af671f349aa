import { readdirSync, readFileSync } from 'node:fs';
import { processesBelow } from '../../services/io/own-processes.ts';
import { parseStatus, treesOf, type ProcessFigures } from '../process-figures.ts';

/** What this process and the process trees below `roots` use; on a system without /proc, our own memory alone. */
export function processFigures(roots: ReadonlyMap<string, number>): readonly ProcessFigures[] {
  const own = { service: 'main', residentBytes: process.memoryUsage().rss, openFiles: openFilesOf(process.pid), threads: statusOf(process.pid)?.threads ?? null };
  // One walk through /proc for all of them: it costs the more, the more runs here, and the conversation waits for it.
  const processes = roots.size === 0 ? [] : [...processesBelow(process.pid)].flatMap((pid) => statusOf(pid) ?? []);
  const trees = [...treesOf(roots, processes)].filter(([, tree]) => tree.length > 0);
  return [
    own,
    ...trees.map(([service, tree]) => ({
      service,
      residentBytes: sum(tree.map(({ residentBytes }) => residentBytes)),
      openFiles: sum(tree.map(({ pid }) => openFilesOf(pid) ?? 0)),
      threads: sum(tree.map(({ threads }) => threads)),
    })),
  ];
}

/** What the kernel says of a process now; null when it does not. */
export function statusOf(pid: number): ReturnType<typeof parseStatus> {
  try {
    return parseStatus(pid, readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // It has ended, or there is no /proc.
    return null;
  }
}

export function openFilesOf(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
