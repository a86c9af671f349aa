import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A real disk of one MiB that goes with the test; skips the test, and says why, where none may be mounted. */
export function oneMebibyteDisk({ skip }: TestContext): string {
  const disk = join(temporaryFolder(), 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'earshot-test', disk], { stdio: 'pipe' });
  } catch (error) {
    const reason = `a full disk needs leave to mount one: ${error instanceof Error ? error.message.trim() : String(error)}`;
    console.warn(`skipped: ${reason}`);
    skip(reason);
  }
  onTestFinished(() => {
    execFileSync('umount', [disk]);
  });
  return disk;
}
