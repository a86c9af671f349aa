import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryEnvironmentLock, withEnvironmentLock } from '../../../../main/environment/io/environment-lock.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function home(): { readonly folders: Folders; readonly lock: string } {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(join(folders.data, 'environments'), { recursive: true });
  return { folders, lock: join(folders.data, 'environments', 'lock') };
}

test('two installers work one after the other, and the second says that it waits', async () => {
  const { folders } = home();
  const events: string[] = [];
  const released = new AbortController();
  const first = withEnvironmentLock(folders, {}, async () => {
    events.push('first begins');
    await once(released.signal, 'abort');
    events.push('first ends');
  });
  await expect.poll(() => events).toEqual(['first begins']);
  const second = withEnvironmentLock(folders, { onWait: () => { events.push('second waits'); released.abort(); } }, () => {
    events.push('second works');
    return Promise.resolve();
  });
  await Promise.all([first, second]);
  expect(events).toEqual(['first begins', 'second waits', 'first ends', 'second works']);
});

test('whoever waits can be told to stop', async () => {
  const { folders } = home();
  const stop = new AbortController();
  await withEnvironmentLock(folders, {}, async () => {
    const second = withEnvironmentLock(folders, { signal: stop.signal, onWait: () => { stop.abort(); } }, () => Promise.resolve());
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('a lock whose holder was killed holds nobody up', async () => {
  const { folders, lock } = home();
  const child = spawn('sleep', ['60']);
  const stat = readFileSync(`/proc/${child.pid ?? 0}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  symlinkSync(`${child.pid ?? 0}:${stat[19] ?? ''}:a`, lock);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect([await withEnvironmentLock(folders, {}, () => Promise.resolve('worked')), existsSync(lock)]).toEqual(['worked', false]);
});

test('another process that has the number of the holder now is no holder', async () => {
  const { folders, lock } = home();
  symlinkSync(`${process.pid}:1:a`, lock);
  expect(await withEnvironmentLock(folders, {}, () => Promise.resolve('worked'))).toBe('worked');
});

test('a file that somebody put in its place holds nobody up', async () => {
  const { folders, lock } = home();
  writeFileSync(lock, '{"pid":');
  expect(await withEnvironmentLock(folders, {}, () => Promise.resolve('worked'))).toBe('worked');
});

test('whoever will not wait is told that it is taken', async () => {
  const { folders } = home();
  const tried = await withEnvironmentLock(folders, {}, () => tryEnvironmentLock(folders, () => Promise.resolve()));
  expect([tried, await tryEnvironmentLock(folders, () => Promise.resolve())]).toEqual([false, true]);
});

test('a disk without one free byte has room for it', async (context) => {
  const disk = oneMebibyteDisk(context);
  const folders = { ...userFolders({ EARSHOT_HOME: temporaryFolder() }), data: disk };
  mkdirSync(join(disk, 'environments'));
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(2 << 20));
  } catch {
    // That is what it is for.
  }
  expect(await withEnvironmentLock(folders, {}, () => Promise.resolve('worked'))).toBe('worked');
});

test('an error inside gives the lock back', async () => {
  const { folders, lock } = home();
  await expect(withEnvironmentLock(folders, {}, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(existsSync(lock)).toBe(false);
});
