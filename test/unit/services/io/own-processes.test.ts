import { execa } from 'execa';
import { expect, test } from 'vitest';
import { processesBelow } from '../../../../main/services/io/own-processes.ts';

test('what a child of ours has started is ours, and nothing else is', async () => {
  // The shell says the number of the sleeper it started, and waits for it.
  const shell = execa('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdin: 'ignore', reject: false });
  const sleeper = await new Promise<number>((resolve) => shell.stdout?.once('data', (chunk: Buffer) => { resolve(Number(chunk.toString())); }));
  const ours = processesBelow(process.pid);
  expect({ self: ours.has(process.pid), shell: ours.has(shell.pid ?? 0), sleeper: ours.has(sleeper), parent: ours.has(process.ppid) }).toEqual({ self: true, shell: true, sleeper: true, parent: false });
  process.kill(sleeper);
  await shell;
  expect(processesBelow(process.pid).has(sleeper)).toBe(false);
});
