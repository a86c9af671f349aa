import { build } from 'esbuild';
import { execa, type ExecaChildProcess } from 'execa';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

let launcher = '';

beforeAll(async () => {
  const { outputFiles } = await build({ entryPoints: ['start.ts'], bundle: true, write: false, platform: 'node', format: 'cjs', target: 'node18', logLevel: 'silent' });
  launcher = outputFiles[0]?.text ?? '';
});

interface Checkout {
  readonly folder: string;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => ExecaChildProcess;
}

/** A checkout with the real launcher and, for an Electron, this shell script. */
function checkout(electron: string): Checkout {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'build.ts'), "import { writeFileSync } from 'node:fs';\nwriteFileSync('dist/index.cjs', 'built anew' as string);\n");
  writeFileSync(join(folder, 'dist', 'start.cjs'), launcher);
  writeFileSync(join(folder, 'dist', 'cli.cjs'), 'console.log("command line", ...process.argv.slice(2)); process.exitCode = 3;');
  writeFileSync(join(folder, 'dist', 'index.cjs'), 'built before');
  writeFileSync(join(folder, 'electron'), `#!/bin/sh\n${electron}\n`);
  chmodSync(join(folder, 'electron'), 0o755);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    run: (args, env = { DISPLAY: ':99' }) =>
      execa(process.execPath, ['dist/start.cjs', ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', EARSHOT_ELECTRON: join(folder, 'electron'), ...env },
        extendEnv: false,
        stdin: 'ignore',
        reject: false,
      }),
  };
}

test('Electron runs the checkout with the arguments, and its exit code is that of the start', async () => {
  const { folder, run } = checkout('echo "$@"; exit 7');
  const { stdout, exitCode } = await run(['--quiet']);
  const isRoot = process.getuid?.() === 0;
  expect({ stdout, exitCode }).toEqual({ stdout: `${isRoot ? '--no-sandbox ' : ''}${folder} --quiet`, exitCode: 7 });
});

test('without a screen the command line answers, with its own exit code', async () => {
  const { run } = checkout('echo never');
  const { stdout, stderr, exitCode } = await run(['--json'], { DISPLAY: '' });
  expect({ stdout, exitCode }).toEqual({ stdout: 'command line --json', exitCode: 3 });
  expect(stderr).toBe('There is no screen here, so Earshot answers its bundled question on the command line.');
});

test('only what has changed is built again', async () => {
  const { folder, run } = checkout('cat dist/index.cjs');
  expect((await run([])).stdout).toBe('built before');
  mkdirSync(join(folder, 'main'));
  writeFileSync(join(folder, 'main', 'index.ts'), '');
  const later = Date.now() / 1000 + 1;
  utimesSync(join(folder, 'main', 'index.ts'), later, later);
  expect((await run([])).stdout).toBe('built anew');
});

test('a build that fails ends the start', async () => {
  const { folder, run } = checkout('echo never');
  writeFileSync(join(folder, 'build.ts'), 'process.exit(5);');
  utimesSync(join(folder, 'dist', 'index.cjs'), 0, 0);
  const { stdout, exitCode } = await run([]);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 5 });
});

test('a signal reaches Electron, which ends in its own time', async () => {
  const { folder, run } = checkout("trap 'echo ending; exit 4' TERM; echo > ready; while :; do sleep 0.05; done");
  const child = run([]);
  await expect.poll(() => readFileSync(join(folder, 'ready'), 'utf8'), { timeout: 5_000 }).toBe('\n');
  child.kill('SIGTERM');
  const { stdout, exitCode } = await child;
  expect({ stdout, exitCode }).toEqual({ stdout: 'ending', exitCode: 4 });
});

test('an Electron that was killed is said as a shell would say it', async () => {
  const { run } = checkout('kill -KILL $$');
  expect((await run([])).exitCode).toBe(137);
});
