import { execa } from 'execa';
import { developerPython, repository } from './setup/prepare.ts';

/** Every static check of the project, in both languages. */
export async function lint(): Promise<{ passed: number; failed: number }> {
  const python = await developerPython();
  const inPython = { cwd: `${repository}/python` };
  const checks: readonly [title: string, program: string, args: readonly string[], options: { cwd: string }][] = [
    ['tsc', 'npx', ['tsc', '--noEmit'], { cwd: repository }],
    ['eslint', 'npx', ['eslint', 'main', 'test', 'build.ts', 'vitest.config.ts'], { cwd: repository }],
    ['ruff check', python, ['-m', 'ruff', 'check', '.', '../test/python', '../test/fakes', '../assets'], inPython],
    ['ruff format', python, ['-m', 'ruff', 'format', '--check', '.', '../test/python', '../test/fakes', '../assets'], inPython],
    ['mypy', python, ['-m', 'mypy'], inPython],
  ];
  let failed = 0;
  for (const [title, program, args, options] of checks) {
    const result = await execa(program, args, { ...options, all: true, reject: false });
    if (result.failed) {
      failed += 1;
      console.log(`✗ ${title}\n${result.all ?? ''}`);
    } else console.log(`✓ ${title}`);
  }
  return { passed: checks.length - failed, failed };
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await lint();
  process.exitCode = failed === 0 ? 0 : 1;
}
