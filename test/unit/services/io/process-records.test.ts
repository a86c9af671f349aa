import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Folders } from '../../../../main/platform/folders.ts';
import { identityOf, type ProcessIdentity } from '../../../../main/platform/process-identity.ts';
import { openProcessRecords, reapLeftovers } from '../../../../main/services/io/process-records.ts';

let folders: Folders;
let home: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'earshot-unit-'));
  folders = { config: home, data: home, cache: home, logs: home };
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

function sleeper(): ProcessIdentity {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  started.push(child);
  const identity = identityOf(child.pid ?? 0);
  if (identity === null) throw new Error('sleep did not start');
  return identity;
}

function writeRecord(name: string, main: ProcessIdentity, leaders: readonly ProcessIdentity[]): void {
  mkdirSync(join(home, 'run', name), { recursive: true });
  writeFileSync(join(home, 'run', name, 'processes.json'), JSON.stringify({ main, leaders }));
}

/** One that had our number before the system counted so far. */
function gone(): ProcessIdentity {
  const own = identityOf(process.pid);
  if (own === null) throw new Error('we are not there');
  return { ...own, start: '1' };
}

test('what an Earshot that was killed left behind is ended, and what it wrote is removed', async () => {
  const left = sleeper();
  writeRecord('1-1', gone(), [left]);
  expect({ reaped: await reapLeftovers(folders), alive: identityOf(left.pid), written: readdirSync(join(home, 'run')) }).toEqual({ reaped: [left.pid], alive: null, written: [] });
});

test.each([
  { what: 'another start time', change: { start: '1' } },
  { what: 'another program', change: { executable: '/usr/bin/other' } },
  { what: 'another run of the system', change: { boot: 'before' } },
])('a process with the number that was written down and $what is left alone', async ({ change }) => {
  const stranger = sleeper();
  writeRecord('1-1', gone(), [{ ...stranger, ...change }]);
  expect({ reaped: await reapLeftovers(folders), alive: identityOf(stranger.pid)?.pid }).toEqual({ reaped: [], alive: stranger.pid });
});

test('what another Earshot that still runs has started is left alone', async () => {
  const records = openProcessRecords(folders);
  const own = sleeper();
  records.note(own.pid);
  expect({ reaped: await reapLeftovers(folders), alive: identityOf(own.pid)?.pid }).toEqual({ reaped: [], alive: own.pid });
  records.close();
  expect(readdirSync(join(home, 'run'))).toEqual([]);
});

test('an Earshot whose program was updated under it still lives, and so do its engines', async () => {
  const main = sleeper();
  const engine = sleeper();
  writeRecord('1-1', { ...main, executable: `${main.executable} (deleted)` }, [engine]);
  expect({ reaped: await reapLeftovers(folders), alive: identityOf(engine.pid)?.pid }).toEqual({ reaped: [], alive: engine.pid });
});

test('one that was forgotten is not ended later', async () => {
  const records = openProcessRecords(folders);
  const ended = sleeper();
  records.note(ended.pid);
  records.forget(ended.pid);
  const [name = ''] = readdirSync(join(home, 'run'));
  const written = JSON.parse((await import('node:fs')).readFileSync(join(home, 'run', name, 'processes.json'), 'utf8')) as { readonly leaders: readonly unknown[] };
  expect(written.leaders).toEqual([]);
});

test('a torn record, and the temporary folder beside it, go with their Earshot', async () => {
  const folder = join(home, 'run', '999999999-77');
  mkdirSync(join(folder, 'tts-1'), { recursive: true });
  writeFileSync(join(folder, 'processes.json'), '{"main":');
  await reapLeftovers(folders);
  expect(existsSync(folder)).toBe(false);
});

test('each start of a service has a temporary folder of its own', () => {
  const records = openProcessRecords(folders);
  expect(records.temporaryFolder('tts')).not.toBe(records.temporaryFolder('tts'));
});
