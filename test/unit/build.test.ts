import { execa, type ExecaChildProcess } from 'execa';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const sources = ['main/cli.ts', 'main/index.ts', 'start.ts', 'preload/index.ts', 'renderer/app.tsx', 'renderer/audio/capture-worklet.ts', 'renderer/audio/playback-worklet.ts', 'renderer/index.html'];

/** A checkout with the real build and next to nothing to build, whose dist/ holds a file of an earlier build. */
function checkout(): string {
  const folder = temporaryFolder();
  for (const path of [...sources, 'dist/earlier.cjs']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path.endsWith('.html') ? '<!doctype html>' : 'console.log("small");');
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'build.ts'), readFileSync('build.ts'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

function build(folder: string): ExecaChildProcess {
  return execa(process.execPath, ['--import', 'tsx', 'build.ts'], { cwd: folder, stdin: 'ignore', reject: false });
}

/** What a checkout's builds have left in it. */
function builtIn(folder: string): Record<string, readonly string[]> {
  const names = readdirSync(folder).filter((name) => name.includes('dist'));
  return Object.fromEntries(names.map((name) => [name, readdirSync(join(folder, name), { recursive: true }).map(String).filter((path) => !path.endsWith('.map')).sort()]));
}

const whole = { dist: ['cli.cjs', 'index.cjs', 'preload.cjs', 'renderer', 'renderer/app.js', 'renderer/capture.js', 'renderer/index.html', 'renderer/playback.js', 'start.cjs'] };

test('a build that fails leaves what was built before', async () => {
  const folder = checkout();
  writeFileSync(join(folder, 'renderer', 'app.tsx'), 'this is no program');
  const { exitCode, stderr } = await build(folder);
  expect({ failed: exitCode !== 0, stderr, built: builtIn(folder) }).toEqual({
    failed: true,
    stderr: expect.stringContaining('renderer/app.tsx') as string,
    built: { dist: ['earlier.cjs'] },
  });
});

test('three builds at once end with one that is whole', async () => {
  const folder = checkout();
  const results = await Promise.all([build(folder), build(folder), build(folder)]);
  expect({ codes: results.map(({ exitCode }) => exitCode), built: builtIn(folder) }).toEqual({ codes: [0, 0, 0], built: whole });
});

test('what a killed build left goes after an hour, not before', async () => {
  const folder = checkout();
  for (const name of ['.dist-staging-1', '.dist-staging-2']) mkdirSync(join(folder, name));
  const hourAgo = Date.now() / 1000 - 3_700;
  utimesSync(join(folder, '.dist-staging-1'), hourAgo, hourAgo);
  await build(folder);
  expect(builtIn(folder)).toEqual({ ...whole, '.dist-staging-2': [] });
});
