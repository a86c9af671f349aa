import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Folders } from '../../platform/folders.ts';
import { processStart } from '../../platform/process-identity.ts';
import { environmentsFolder } from './journal-file.ts';

const lookAgainMs = 100;

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once when somebody else has it. */
  readonly onWait?: () => void;
}

/** What gives the lock back. */
type Release = () => Promise<void>;

/**
 * Only one process of this user changes environments at a time; whoever comes second waits. One that was killed holds
 * nothing: on Linux its number with the time it was started is not in the system any more, on Windows its pipe is gone.
 */
export async function withEnvironmentLock<T>(folders: Folders, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(environmentsFolder(folders), { recursive: true });
  let release = await take(folders);
  if (release === null) options.onWait?.();
  while (release === null) {
    await sleep(lookAgainMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    release = await take(folders);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}

/** The same without waiting; false when somebody else has the lock. */
export async function tryEnvironmentLock(folders: Folders, work: () => Promise<void>): Promise<boolean> {
  await mkdir(environmentsFolder(folders), { recursive: true });
  const release = await take(folders);
  if (release === null) return false;
  try {
    await work();
    return true;
  } finally {
    await release();
  }
}

function take(folders: Folders): Promise<Release | null> {
  return process.platform === 'win32' ? takePipe(folders) : takeLink(join(environmentsFolder(folders), 'lock'));
}

/** The system takes a pipe back with the process that holds it. */
function takePipe(folders: Folders): Promise<Release | null> {
  const name = createHash('sha256').update(environmentsFolder(folders).toLowerCase()).digest('hex').slice(0, 32);
  const server: Server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen(`\\\\.\\pipe\\earshot-${name}`, () => {
      resolve(() => new Promise((closed) => {
        server.close(() => { closed(); });
      }));
    });
  });
}

/** A link that leads nowhere: it is made whole or not at all, and needs no room on a disk that is full. Where it leads says who holds it. */
async function takeLink(path: string): Promise<Release | null> {
  const own = `${process.pid}:${processStart(process.pid) ?? ''}:${randomBytes(8).toString('hex')}`;
  try {
    await symlink(own, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    // What a dead one held is free at once: nobody has to wait for it.
    return (await removeDead(path)) ? takeLink(path) : null;
  }
  return async () => {
    if ((await holderOf(path)) === own) await rm(path, { force: true });
  };
}

/** Whether the lock is free now. A dead holder's is taken away under another name first, so that of two who find it dead only one does. */
async function removeDead(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  if (holder === null) return true;
  if (isAlive(holder)) return false;
  const aside = `${path}.dead-${createHash('sha256').update(holder).digest('hex').slice(0, 16)}`;
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  const taken = await holderOf(aside);
  // Somebody was quicker, and what was taken away is the lock of a living third one: it gets it back unless there is a fourth.
  const isOfThird = taken !== null && taken !== holder && isAlive(taken);
  if (isOfThird) await symlink(taken, path).catch(() => undefined);
  await rm(aside, { force: true });
  return !isOfThird;
}

async function holderOf(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    // A file or a folder that somebody put there: nobody is behind it.
    if (isCode(error, 'EINVAL')) return 'nobody';
    throw error;
  }
}

function isAlive(holder: string): boolean {
  const [pid = '', started = ''] = holder.split(':');
  const start = /^\d+$/.test(pid) ? processStart(Number(pid)) : null;
  return start !== null && start === started;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
