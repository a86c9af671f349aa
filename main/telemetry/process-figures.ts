/** What the processes of a service use; null where this system does not tell. */
export interface ProcessFigures {
  /** "stt", …, or "main" for our own. */
  readonly service: string;
  readonly residentBytes: number;
  readonly openFiles: number | null;
  readonly threads: number | null;
}

/** What the kernel says of one process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly parent: number;
  readonly residentBytes: number;
  readonly threads: number;
}

/** The lines of /proc/<pid>/status that count; null for one that has ended meanwhile (a zombie has no memory). */
export function parseStatus(pid: number, text: string): ProcessStatus | null {
  const parent = numberOf(text, 'PPid');
  const residentKiB = numberOf(text, 'VmRSS');
  const threads = numberOf(text, 'Threads');
  return parent === null || residentKiB === null || threads === null ? null : { pid, parent, residentBytes: residentKiB * 1_024, threads };
}

/** The processes below each root, root included. */
export function treesOf<T extends Pick<ProcessStatus, 'pid' | 'parent'>>(roots: ReadonlyMap<string, number>, processes: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  return new Map([...roots].map(([name, root]) => [name, processes.filter(({ pid }) => isBelow(parents, root, pid))]));
}

function isBelow(parents: ReadonlyMap<number, number>, root: number, pid: number): boolean {
  let current: number | undefined = pid;
  // Process numbers are used again: a list that was not read at one moment may go round in a circle.
  for (let depth = 0; current !== undefined && depth < 50; depth += 1) {
    if (current === root) return true;
    current = parents.get(current);
  }
  return false;
}

function numberOf(text: string, field: string): number | null {
  const found = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
