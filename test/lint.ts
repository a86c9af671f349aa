import { execa } from 'execa';
import { developerPython, prepareProduct, repository } from './setup/prepare.ts';

/** Every static check of the project, in both languages. */
export async function lint(): Promise<{ passed: number; failed: number }> {
  const python = await developerPython();
  const config = ['--config', 'python/pyproject.toml'];
  const folders = ['python', 'test', 'assets'];
  const checks: readonly [title: string, program: string, args: readonly string[]][] = [
    ['tsc', 'npx', ['tsc', '--noEmit']],
    ['tsc, the page', 'npx', ['tsc', '--noEmit', '-p', 'test/unit/renderer']],
    ['eslint', 'npx', ['eslint', '.']],
    ['ruff check', python, ['-m', 'ruff', 'check', ...config, ...folders]],
    ['ruff format', python, ['-m', 'ruff', 'format', '--check', ...config, ...folders]],
    ['mypy', python, ['-m', 'mypy', '--config-file', 'python/pyproject.toml', 'python/earshot', 'python/launch', 'test/python']],
  ];
  let failed = 0;
  for (const [title, program, args] of checks) {
    const result = await execa(program, args, { cwd: repository, all: true, reject: false });
    if (result.failed) {
      failed += 1;
      console.log(`✗ ${title}\n${result.all ?? ''}`);
    } else console.log(`✓ ${title}`);
  }
  return { passed: checks.length - failed, failed };
}

if (process.argv[1] === import.meta.filename) {
  await prepareProduct();
  const { failed } = await lint();
  process.exitCode = failed === 0 ? 0 : 1;
}
