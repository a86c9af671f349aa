import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askNvidiaSmi } from '../../../../main/hardware/io/nvidia-smi.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const nothing = { gpus: [], driverVersion: null, processes: [] };

/** A program that behaves as nvidia-smi does on some machine. */
function fake(name: string): string {
  return join(import.meta.dirname, '..', '..', '..', 'fakes', 'nvidia-smi', name);
}

test('tells the cards, the driver and who uses them', async () => {
  const answer = await askNvidiaSmi(fake('two-cards'));
  expect({ ...answer, gpus: answer.gpus.map((gpu) => gpu.name) }).toEqual({
    gpus: ['NVIDIA GeForce RTX 3060', 'NVIDIA GeForce GTX 1080 Ti'],
    driverVersion: '550.90.07',
    processes: [{ pid: 48211, uuid: 'GPU-11111111-2222-3333-4444-555555555555', usedMiB: 612, name: '/usr/bin/python3' }],
    warnings: [],
  });
});

test.each([
  ['library-mismatch', 'nvidia-smi failed: Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.90'],
  ['not-permitted', 'nvidia-smi failed: Failed to initialize NVML: Insufficient Permissions'],
  ['silent-failure', 'nvidia-smi failed: exit code 9'],
])('a failing nvidia-smi (%s) is a machine without a usable card, and why', async (name, warning) => {
  expect(await askNvidiaSmi(fake(name))).toEqual({ ...nothing, warnings: [warning] });
});

test('cards are told even where their processes are not', async () => {
  const { gpus, processes, warnings } = await askNvidiaSmi(fake('no-process-list'));
  expect({ gpus: gpus.length, processes, warnings }).toEqual({ gpus: 1, processes: [], warnings: ['nvidia-smi failed: Unknown Error'] });
});

test('an nvidia-smi named by the user that is not there is said', async () => {
  expect(await askNvidiaSmi('/nowhere/nvidia-smi')).toEqual({ ...nothing, warnings: ['There is no nvidia-smi at /nowhere/nvidia-smi.'] });
});

test('a machine without nvidia-smi has nothing to be warned of', async () => {
  const before = process.env['PATH'];
  onTestFinished(() => {
    process.env['PATH'] = before;
  });
  process.env['PATH'] = temporaryFolder();
  expect(await askNvidiaSmi(undefined)).toEqual({ ...nothing, warnings: [] });
});

test('a program that may not be run is said with the system’s reason', async () => {
  const path = join(temporaryFolder(), 'nvidia-smi');
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o644 });
  expect((await askNvidiaSmi(path)).warnings).toEqual([`nvidia-smi failed: spawn ${path} EACCES`]);
});

test('a hung nvidia-smi that ignores TERM costs its time limit, and is killed', async () => {
  const { path, pid } = hanging("trap '' TERM\necho $$ > PID\nexec sleep 600\n");
  expect(await askNvidiaSmi(path, 1_000)).toEqual({ ...nothing, warnings: ['nvidia-smi gave no answer within 1 s.'] });
  await expect.poll(() => isAlive(pid())).toBe(false);
});

test('a hung nvidia-smi that cannot be ended does not hold the answer', async () => {
  // What is stuck in the driver keeps its end of the pipe open; here a grandchild does.
  const { path, pid } = hanging('sleep 600 &\necho $! > PID\nwait\n');
  const answer = await askNvidiaSmi(path, 1_000);
  const wasOpen = isAlive(pid());
  process.kill(pid(), 'SIGKILL');
  expect({ answer, wasOpen }).toEqual({
    answer: { ...nothing, warnings: ['nvidia-smi gave no answer within 1 s.'] },
    wasOpen: true,
  });
});

/** A program that hangs; PID in its script is the file that says which process does. */
function hanging(script: string): { path: string; pid: () => number } {
  const folder = temporaryFolder();
  const path = join(folder, 'nvidia-smi');
  const pidFile = join(folder, 'pid');
  writeFileSync(path, `#!/bin/sh\n${script.replace('PID', pidFile)}`, { mode: 0o755 });
  return { path, pid: () => Number(readFileSync(pidFile, 'utf8')) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
