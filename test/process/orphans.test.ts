import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testHome } from '../setup/cache.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { stackProcesses, startEarshot, until } from '../setup/earshot.ts';
import { startStack } from '../setup/running-stack.ts';

const rounds = isVerifying ? 20 : 5;

test(`kill -9 of the supervisor leaves none of its processes after one second, ${rounds} of ${rounds}`, async () => {
  const left: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Every fourth time it is up and running; otherwise it dies somewhere on its way up, where races would be.
    const pid = round % 4 === 0 ? (await startStack()).pid : await startedAndInterrupted(round);
    expect(stackProcesses().length).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    left.push(stackProcesses().length);
  }
  recordFigure({ name: 'kill -9 of the supervisor, rounds with nothing left after 1 s', value: `${left.filter((count) => count === 0).length} of ${rounds}`, bound: `${rounds} of ${rounds}` });
  expect(left).toEqual(Array.from({ length: rounds }, () => 0));
});

/** Main of a stack that has just begun to start its services. */
async function startedAndInterrupted(round: number): Promise<number> {
  const { pid } = startEarshot(['serve']);
  if (pid === undefined) throw new Error('earshot serve did not start');
  await until(() => stackProcesses().length > 0, 30_000, 'a first service');
  await new Promise((resolve) => setTimeout(resolve, (round * 137) % 1_500));
  return pid;
}

test('what a killed supervisor wrote down of its processes is recognised at the next start, and cleared', async () => {
  const { pid } = await startStack();
  const written = recordsOf(pid);
  process.kill(pid, 'SIGKILL');
  await until(() => stackProcesses().length === 0, 1_000, 'its processes to be gone');
  const kept = recordsOf(pid);
  const after = await startStack();
  const cleared = recordsOf(pid);
  await after.stop();
  expect({ written: written.length, kept, cleared, ofTheNext: recordsOf(after.pid) }).toEqual({ written: 1, kept: written, cleared: [], ofTheNext: [] });
});

/** What the supervisor with this number has written down of itself. */
function recordsOf(pid: number): readonly string[] {
  const folder = join(testHome, 'data', 'run');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(`${pid}-`)) : [];
}

test('a stack that is told to stop leaves nothing and says that all is well', async () => {
  const stack = await startStack();
  expect(stackProcesses().length).toBeGreaterThan(0);
  const code = await stack.stop();
  expect({ code, left: stackProcesses() }).toEqual({ code: 0, left: [] });
});
