import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Folders } from '../../platform/folders.ts';
import { environmentsFolder } from './journal-file.ts';

const holderSchema = z.object({ pid: z.int().positive(), started: z.string(), key: z.string() });
type Holder = z.infer<typeof holderSchema>;

const lookAgainMs = 100;

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once when somebody else has it. */
  readonly onWait?: () => void;
}

/**
 * Only one process of this user changes environments at a time; whoever comes second waits. One that was killed holds
 * nothing: its number with the time it was started is not in the system any more.
 */
export async function withEnvironmentLock<T>(folders: Folders, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const path = join(environmentsFolder(folders), 'lock');
  const own: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', key: randomBytes(8).toString('hex') };
  await mkdir(environmentsFolder(folders), { recursive: true });
  let told = false;
  while (!(await take(path, own))) {
    if (!told) options.onWait?.();
    told = true;
    await sleep(lookAgainMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** A link is made whole or not at all, so nobody ever reads half of who holds the lock. */
async function take(path: string, own: Holder): Promise<boolean> {
  const mine = `${path}.${own.key}`;
  await writeFile(mine, JSON.stringify(own));
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if (!isTaken(error)) throw error;
    await removeDead(path, own);
    return false;
  } finally {
    await rm(mine, { force: true });
  }
}

/** Takes a dead holder's lock away by its own name, so that two who find it dead cannot remove a living third one's. */
async function removeDead(path: string, own: Holder): Promise<void> {
  const holder = await holderOf(path);
  if (holder === null || isAlive(holder)) return;
  const aside = `${path}.dead-${own.key}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const taken = await holderOf(aside);
  if (taken !== null && isAlive(taken)) await rename(aside, path);
  else await rm(aside, { force: true });
}

async function holderOf(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    // Not ours, or torn by a full disk: nobody can be behind it.
    return { pid: process.pid, started: 'unreadable', key: '' };
  }
}

function isAlive({ pid, started }: Holder): boolean {
  const start = startOf(pid);
  return start !== null && start === started;
}

/** When a process was started, in the system's own count; '' where only its number can be asked for; null: there is none. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      // The name may hold spaces and brackets, so what counts stands behind the last one.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      // A zombie has ended; only nobody has asked for its exit code yet.
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? '' : null;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
