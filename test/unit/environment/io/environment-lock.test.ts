import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withEnvironmentLock } from '../../../../main/environment/io/environment-lock.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
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
  writeFileSync(lock, JSON.stringify({ pid: child.pid, started: stat[19], key: 'a' }));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect([await withEnvironmentLock(folders, {}, () => Promise.resolve('worked')), existsSync(lock)]).toEqual(['worked', false]);
});

test.each([
  ['another process that has its number now', JSON.stringify({ pid: process.pid, started: '1', key: 'a' })],
  ['a torn file', '{"pid":'],
])('%s is no holder', async (_what, content) => {
  const { folders, lock } = home();
  writeFileSync(lock, content);
  expect(await withEnvironmentLock(folders, {}, () => Promise.resolve('worked'))).toBe('worked');
});

test('an error inside gives the lock back', async () => {
  const { folders, lock } = home();
  await expect(withEnvironmentLock(folders, {}, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(existsSync(lock)).toBe(false);
});
