import { readFileSync, readlinkSync } from 'node:fs';

/** What tells one process from any other that ever has its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in ticks since the system was. */
  readonly start: string;
  /** Which run of the system that was. */
  readonly boot: string;
  readonly executable: string;
}

/** What `/proc` says of a process. */
export interface ProcessStat {
  /** "Z": it has ended, and only nobody has asked for its exit code yet. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** In ticks since the system was started. */
  readonly start: string;
}

/** What `/proc/<pid>/stat` says; null where there is no such process, or no `/proc`. */
export function processStat(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in brackets, may hold anything: what counts stands behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, group] = fields;
    const start = fields[19];
    return state === undefined || start === undefined ? null : { state, parent: Number(parent), group: Number(group), start };
  } catch {
    // It ended while we looked.
    return null;
  }
}

/** When a process was started, in the system's own count; '' where only its number can be asked for; null: there is none. */
export function processStart(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = processStat(pid);
    return stat === null || stat.state === 'Z' ? null : stat.start;
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? '' : null;
  }
}

/**
 * Who a process is; null when it has ended, and where the system does not say (Windows, whose job objects leave nothing
 * behind that would have to be recognised later).
 */
export function identityOf(pid: number): ProcessIdentity | null {
  if (process.platform !== 'linux') return null;
  const start = processStart(pid);
  if (start === null) return null;
  try {
    return { pid, start, boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), executable: readlinkSync(`/proc/${pid}/exe`) };
  } catch {
    return null;
  }
}

/** Whether the process that was written down still runs, whatever has become of its program's file: an update puts another one in its place. */
export function isAlive(written: ProcessIdentity): boolean {
  const now = identityOf(written.pid);
  return now !== null && now.start === written.start && now.boot === written.boot;
}

/** Whether the process that was written down is still the one that has its number, and still runs the same program. */
export function isSame(written: ProcessIdentity): boolean {
  return isAlive(written) && identityOf(written.pid)?.executable === written.executable;
}
