import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder, earshotEnvironment, testHome } from './cache.ts';

export const repository = resolve(import.meta.dirname, '..', '..');

/** Builds the product and installs it into the tests' own home, the way a user's first start does. */
export async function prepareProduct(): Promise<void> {
  await execa('npx', ['tsx', 'build.ts'], { cwd: repository, stdio: 'inherit' });
  await execa('node', ['dist/cli.cjs', 'install'], { cwd: repository, env: earshotEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Python with the voice stack and the developers' tools (pytest, mypy, ruff), built by the product's uv from our locks. */
export function developerPython(): Promise<string> {
  return pythonWith('dev', ['voice.linux.txt', 'dev.linux.txt']);
}

/** Python with a torch build, its engines and pytest. */
export function torchDeveloperPython(): Promise<string> {
  return pythonWith('torch-dev', ['torch-cu124.linux.txt', 'torch-dev.linux.txt']);
}

async function pythonWith(name: string, lockNames: readonly string[]): Promise<string> {
  const locks = lockNames.map((lock) => join(repository, 'python', 'locks', lock));
  const hash = createHash('sha256');
  for (const lock of locks) hash.update(readFileSync(lock));
  const folder = join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 16)}`);
  const python = join(folder, 'bin', 'python');
  const mark = join(folder, 'complete');
  if (existsSync(mark)) return python;
  const version = /^uv==(\S+)/m.exec(readFileSync(join(repository, 'python', 'locks', 'uv.txt'), 'utf8'))?.[1] ?? '';
  const uv = join(testHome, 'data', 'tools', `uv-${version}`, 'bin', 'uv');
  const env = { UV_CACHE_DIR: join(testHome, 'cache', 'uv') };
  await rm(folder, { recursive: true, force: true });
  await execa(uv, ['venv', '--quiet', '--python', '3.11', folder], { env, stdio: 'inherit' });
  const requirements = locks.flatMap((lock) => ['-r', lock]);
  await execa(uv, ['pip', 'install', '--quiet', '--python', python, '--require-hashes', ...requirements], { env, stdio: 'inherit' });
  await writeFile(mark, '');
  return python;
}
