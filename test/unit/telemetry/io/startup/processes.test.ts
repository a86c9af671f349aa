import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { costBelow, electronBelow, proportionalMemoryMiB, usedBetween } from '../../../../../main/telemetry/io/startup/processes.ts';
import { loadOver } from '../../../../../main/telemetry/io/startup/rest.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

/** A program that starts what an Electron starts: a process of its own kind, and a service that keeps a core busy. */
const program = `
const { spawn } = require('node:child_process');
if (process.argv.some((argument) => argument.startsWith('--type='))) setInterval(() => undefined, 1000);
else {
  const renderer = spawn(process.execPath, [__filename, '--type=renderer'], { stdio: 'ignore' });
  const service = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  console.log(JSON.stringify({ main: process.pid, renderer: renderer.pid, service: service.pid }));
  process.on('SIGTERM', () => { renderer.kill(); service.kill(); process.exit(0); });
  setInterval(() => undefined, 1000);
}
`;

interface Pids {
  readonly main: number;
  readonly renderer: number;
  readonly service: number;
}

/** Starts the program below a launcher, as npm does. */
async function launched(): Promise<{ readonly launcher: number; readonly pids: Pids }> {
  const file = join(temporaryFolder(), 'program.cjs');
  writeFileSync(file, program);
  const script = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(file)}], { stdio: 'inherit' })`;
  const launcher = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString('utf8')) as Pids;
  onTestFinished(async () => {
    process.kill(pids.main, 'SIGTERM');
    await once(launcher, 'close');
  });
  // A child has its own command line only once it runs its own program.
  while (costBelow(launcher.pid ?? 0).app.size < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  return { launcher: launcher.pid ?? 0, pids };
}

test('the app and its services are told apart, and the launcher is neither', async () => {
  const { launcher, pids } = await launched();
  const cost = costBelow(launcher);
  expect([...cost.app.keys()].sort()).toEqual([pids.main, pids.renderer].sort());
  expect([...cost.services.keys()]).toEqual([pids.service]);
  expect(electronBelow(launcher)).toBe(pids.main);
  expect(proportionalMemoryMiB(launcher)).toBeGreaterThan(1);
});

test('a busy service is its own load, not that of the app', async () => {
  const { launcher } = await launched();
  // What Node does at its start is over soon.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const load = await loadOver(launcher, 1_000, new AbortController().signal);
  expect(load.servicesPercent).toBeGreaterThan(10);
  expect(load.appPercent).toBeLessThan(10);
});

test('time used counts for processes that came, and not for those that went', () => {
  expect(usedBetween(new Map([[1, 100], [2, 50]]), new Map([[1, 130], [3, 20]]))).toBe(50);
});
