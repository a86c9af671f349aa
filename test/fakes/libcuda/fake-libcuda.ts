import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** C compiler that builds the fake driver; null, with the reason printed, where there is none. */
export function compiler(): string | null {
  for (const name of ['cc', 'gcc', 'clang']) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return name;
    } catch {
      // The next one.
    }
  }
  console.log('skipped: the fake CUDA driver needs a C compiler (Debian and Ubuntu: sudo apt install gcc libc6-dev)');
  return null;
}

/** A driver without a card, in a folder of its own: see libcuda.c for what it can be told. */
export interface FakeDriver {
  /** Folder for LD_LIBRARY_PATH. */
  readonly folder: string;
  /** Replaces what it was told; begins to count processes anew. */
  readonly behave: (...lines: readonly string[]) => void;
  /** CUDA_VISIBLE_DEVICES of each process that has used it. */
  readonly calls: () => readonly string[];
  readonly remove: () => void;
}

export async function fakeDriver(cc: string): Promise<FakeDriver> {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-libcuda-'));
  const source = join(import.meta.dirname, 'libcuda.c');
  await execa(cc, ['-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', '-o', join(folder, 'libcuda.so.1'), source, '-ldl']);
  const calls = join(folder, 'calls');
  return {
    folder,
    behave: (...lines) => {
      writeFileSync(join(folder, 'behaviour'), `${lines.join('\n')}\n`);
      writeFileSync(calls, '');
    },
    calls: () => readFileSync(calls, 'utf8').split('\n').slice(0, -1),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
