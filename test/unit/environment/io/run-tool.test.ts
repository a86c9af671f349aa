import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { pythonForShim } from '../../../../main/environment/io/python.ts';
import { runTool, type Shim } from '../../../../main/environment/io/run-tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const env = { PATH: process.env['PATH'] ?? '' };

function shell(script: string, onLine: (line: string) => void = () => undefined): ReturnType<typeof runTool> {
  return runTool('sh', ['-c', script], { env, onLine });
}

test('hands over each line the tool says while it works, and what it printed at its end', async () => {
  const lines: string[] = [];
  const result = await shell('echo "  Downloading torch" >&2; echo /usr/bin/python3; printf "Installed 70 packages" >&2', (line) => lines.push(line));
  expect({ result, lines }).toEqual({
    result: { ok: true, stdout: '/usr/bin/python3', lastLines: '  Downloading torch\nInstalled 70 packages' },
    lines: ['Downloading torch', 'Installed 70 packages'],
  });
});

test('a tool that fails leaves its last words, not all of them', async () => {
  const { ok, lastLines } = await shell('for n in $(seq 100); do echo "line $n" >&2; done; exit 3');
  expect({ ok, lines: lastLines.split('\n').length, last: lastLines.split('\n').at(-1) }).toEqual({ ok: false, lines: 30, last: 'line 100' });
});

test('a tool that is not there leaves the system’s reason', async () => {
  expect(await runTool('/nowhere/uv', [], { env })).toEqual({ ok: false, stdout: '', lastLines: 'spawn /nowhere/uv ENOENT' });
});

test('a tool that was killed has failed', async () => {
  expect((await shell('kill -9 $$')).ok).toBe(false);
});

test('a tool sees the environment it is given and nothing of ours', async () => {
  const { stdout } = await runTool('env', [], { env: { PATH: env.PATH, LANG: 'C' } });
  expect(stdout.split('\n').sort()).toEqual(['LANG=C', `PATH=${env.PATH}`]);
});

test('a tool has nobody to ask: its input is empty', async () => {
  expect(await shell('read answer && echo "heard $answer" || echo "nobody there"')).toMatchObject({ ok: true, stdout: 'nobody there' });
});

async function realShim(): Promise<Shim> {
  return { python: (await pythonForShim(env)) ?? '', path: resolve('python', 'launch', 'shim.py') };
}

test('behind the launch shim a tool says, prints and ends as it does without', async () => {
  const shim = await realShim();
  const lines: string[] = [];
  const options = { env, shim, onLine: (line: string): void => void lines.push(line) };
  const well = await runTool('sh', ['-c', 'echo "$0" "$#"; echo working >&2'], options);
  const badly = await runTool('sh', ['-c', 'echo broken >&2; exit 3'], options);
  const killed = await runTool('sh', ['-c', 'kill -9 $$'], options);
  const nowhere = await runTool('/nowhere/uv', [], options);
  expect({ well, badly, killed: killed.ok, nowhere, lines }).toEqual({
    well: { ok: true, stdout: 'sh 0', lastLines: 'working' },
    badly: { ok: false, stdout: '', lastLines: 'broken' },
    killed: false,
    nowhere: { ok: false, stdout: '', lastLines: 'error: cannot start /nowhere/uv: No such file or directory' },
    lines: ['working', 'broken', 'error: cannot start /nowhere/uv: No such file or directory'],
  });
});

/** Whether a process runs; one that ended and was not yet reaped does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a tool and what it started are gone within a second of a kill -9 of main', async () => {
  const program = join(temporaryFolder(), 'main.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'main-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' });
  const shim = await realShim();
  const main = spawn(process.execPath, [program, shim.python, shim.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: main.stdout }), 'line')) as [string];
  const pids = line.split(' ').map(Number);
  const before = pids.map(isAlive);
  main.kill('SIGKILL');
  await expect.poll(() => pids.map(isAlive), { timeout: 1_000, interval: 20 }).toEqual([false, false]);
  expect(before).toEqual([true, true]);
});
