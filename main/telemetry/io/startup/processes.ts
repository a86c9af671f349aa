import { readdirSync, readFileSync } from 'node:fs';

/** What a running app costs at this moment, its own processes apart from the services it started. */
export interface Cost {
  /** Processor time used so far, by process. */
  readonly app: ReadonlyMap<number, number>;
  readonly services: ReadonlyMap<number, number>;
}

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const tickMs = 10;

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly usedMs: number;
  readonly program: string;
}

/** Processor time of the processes of Electron below `root`, and of everything else below Electron's first process. */
export function costBelow(root: number): Cost {
  const tree = treeBelow(root);
  const electron = electronTree(tree);
  const first = electron[0]?.pid;
  const services = first === undefined ? [] : below(tree, first).filter((entry) => !electron.includes(entry));
  return { app: usedByPid(electron), services: usedByPid(services) };
}

/** Milliseconds of processor time between two looks. */
export function usedBetween(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  let used = 0;
  for (const [pid, ms] of after) used += ms - (before.get(pid) ?? 0);
  return used;
}

/** Electron's first process below `root`: the one to ask to end; null when there is none. */
export function electronBelow(root: number): number | null {
  return electronTree(treeBelow(root))[0]?.pid ?? null;
}

/** Memory of the processes of Electron below `root`: what several of them share counts once. */
export function proportionalMemoryMiB(root: number): number {
  return electronTree(treeBelow(root)).reduce((sum, { pid }) => sum + proportionalKiB(pid), 0) / 1024;
}

function proportionalKiB(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
  } catch (error) {
    // It ended while we looked.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 0;
    throw error;
  }
}

/**
 * Electron's processes: all run the program of the one that has no `--type`. The services below it run others, and
 * the launchers above it too.
 */
function electronTree(tree: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const child = tree.find(({ program }) => program.includes(' --type='));
  if (child === undefined) return [];
  const executable = child.program.slice(0, child.program.indexOf(' --type='));
  return tree.filter(({ program }) => program === executable || program.startsWith(`${executable} `));
}

function treeBelow(root: number): readonly ProcessEntry[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
  return below(all, root);
}

/** `root` and everything below it, parents first. */
function below(all: readonly ProcessEntry[], root: number): readonly ProcessEntry[] {
  const tree = all.filter(({ pid }) => pid === root);
  for (const entry of tree) tree.push(...all.filter(({ parent }) => parent === entry.pid));
  return tree;
}

function readProcess(pid: number): readonly ProcessEntry[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may itself hold brackets and spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return fields[0] === 'Z' ? [] : [{ pid, parent: Number(fields[1]), usedMs: (Number(fields[11]) + Number(fields[12])) * tickMs, program }];
  } catch {
    // It ended while we looked.
    return [];
  }
}

function usedByPid(entries: readonly ProcessEntry[]): ReadonlyMap<number, number> {
  return new Map(entries.map(({ pid, usedMs }) => [pid, usedMs]));
}
