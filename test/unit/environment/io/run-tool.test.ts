import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { pythonForShim } from '../../../../main/environment/io/python.ts';
import { runTool, type Shim } from '../../../../main/environment/io/run-tool.ts';
import { plainLines } from '../../../../main/environment/tool-lines.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const env = { PATH: process.env['PATH'] ?? '' };

function shell(script: string, onLine: (line: string) => void = () => undefined): ReturnType<typeof runTool> {
  return runTool('sh', ['-c', script], { env, onLine });
}

test('hands over each line the tool says while it works, and what it printed at its end', async () => {
  const lines: string[] = [];
  const result = await shell('echo "  Downloading torch" >&2; echo /usr/bin/python3; printf "Installed 70 packages" >&2', (line) => lines.push(line));
  expect({ result, lines }).toEqual({
    result: { ok: true, cancelled: false, stdout: '/usr/bin/python3', lastLines: '  Downloading torch\nInstalled 70 packages' },
    lines: ['Downloading torch', 'Installed 70 packages'],
  });
});

test('a tool that fails leaves its last words, not all of them', async () => {
  const { ok, lastLines } = await shell('for n in $(seq 100); do echo "line $n" >&2; done; exit 3');
  expect({ ok, lines: lastLines.split('\n').length, last: lastLines.split('\n').at(-1) }).toEqual({ ok: false, lines: 30, last: 'line 100' });
});

test('a tool that is not there leaves the system’s reason', async () => {
  expect(await runTool('/nowhere/uv', [], { env })).toEqual({ ok: false, cancelled: false, stdout: '', lastLines: 'spawn /nowhere/uv ENOENT' });
});

test('a tool that was killed has failed', async () => {
  expect((await shell('kill -9 $$')).ok).toBe(false);
});

test('a tool sees the environment it is given and nothing of ours', async () => {
  const { stdout } = await runTool('env', [], { env: { PATH: env.PATH, LANG: 'C' } });
  expect(stdout.split('\n').sort()).toEqual(['LANG=C', `PATH=${env.PATH}`]);
});

test('a tool has nobody to ask: its input is empty', async () => {
  expect(await shell('read answer && echo "heard $answer" || echo "nobody there"')).toMatchObject({ ok: true, cancelled: false, stdout: 'nobody there' });
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
    well: { ok: true, cancelled: false, stdout: 'sh 0', lastLines: 'working' },
    badly: { ok: false, cancelled: false, stdout: '', lastLines: 'broken' },
    killed: false,
    nowhere: { ok: false, cancelled: false, stdout: '', lastLines: 'error: cannot start /nowhere/uv: No such file or directory' },
    lines: ['working', 'broken', 'error: cannot start /nowhere/uv: No such file or directory'],
  });
});

test('a tool that draws is read as it is drawn, and a pipe does where there is no shim', async () => {
  const script = '[ -t 2 ] && echo "a terminal" >&2 || echo "a pipe" >&2';
  const shim = await realShim();
  expect((await runTool('sh', ['-c', script], { env, shim, drawn: plainLines() })).lastLines).toBe('a terminal');
  expect((await runTool('sh', ['-c', script], { env, drawn: plainLines() })).lastLines).toBe('a pipe');
});

test('a cancelled tool ends with all it started, and is told apart from one that failed', async () => {
  const shim = await realShim();
  for (const options of [{ env, shim }, { env }]) {
    const cancel = new AbortController();
    const pids: number[] = [];
    const result = await runTool('sh', ['-c', 'echo $$ >&2; exec sleep 60'], {
      ...options,
      signal: cancel.signal,
      onLine: (line) => {
        pids.push(Number(line));
        cancel.abort();
      },
    });
    expect({ ok: result.ok, cancelled: result.cancelled, alive: pids.map(isAlive) }).toEqual({ ok: false, cancelled: true, alive: [false] });
  }
});

test('a tool that ended before it was cancelled has not been cancelled', async () => {
  const cancel = new AbortController();
  const well = await runTool('true', [], { env, signal: cancel.signal });
  cancel.abort();
  expect(well).toMatchObject({ ok: true, cancelled: false });
});

test('a letter that is cut between two pieces of output stays one letter', async () => {
  const script = String.raw`printf "\303" >&2; sleep 0.2; printf "\274ber\n" >&2; printf "\303"; sleep 0.2; printf "\274"`;
  expect(await runTool('sh', ['-c', script], { env })).toMatchObject({ stdout: 'ü', lastLines: 'über' });
});

/** Whether a process runs; one that ended and was not yet reaped does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.each(['a pipe', 'a terminal'])('a tool that writes to %s, and what it started, are gone within a second of a kill -9 of main', async (written) => {
  const program = join(temporaryFolder(), 'main.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'main-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' });
  const shim = await realShim();
  const main = spawn(process.execPath, [program, shim.python, shim.path, written.replace('a ', '')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: main.stdout }), 'line')) as [string];
  const pids = line.split(' ').map(Number);
  const before = pids.map(isAlive);
  main.kill('SIGKILL');
  await expect.poll(() => pids.map(isAlive), { timeout: 1_000, interval: 20 }).toEqual([false, false]);
  expect(before).toEqual([true, true]);
});
