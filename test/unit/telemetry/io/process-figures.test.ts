import { spawn, type ChildProcess } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { processFigures } from '../../../../main/telemetry/io/process-figures.ts';
import type { ProcessFigures } from '../../../../main/telemetry/process-figures.ts';

/** A process that has started another, which holds 64 MiB and twenty files. */
async function tree(): Promise<ChildProcess> {
  const holder = "const fs = require('fs'); globalThis.held = Buffer.alloc(64 * 1024 ** 2, 1); globalThis.files = Array.from({ length: 20 }, () => fs.openSync('/dev/null')); console.log('up'); setInterval(() => {}, 1e6);";
  const shim = `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(holder)}], { stdio: ['ignore', 'inherit', 'ignore'] }); process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(); });`;
  const started = spawn(process.execPath, ['-e', shim], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void started.kill('SIGTERM'));
  await new Promise((resolve) => started.stdout.once('data', resolve));
  return started;
}

function figuresOf(figures: readonly ProcessFigures[], service: string): ProcessFigures {
  const found = figures.find((figure) => figure.service === service);
  if (found === undefined) throw new Error(`no figures of ${service}`);
  return found;
}

test('a service is measured with all that it has started, and we beside it', async () => {
  const { pid = 0 } = await tree();
  const figures = processFigures(new Map([['stt', pid], ['tts', 2 ** 22 - 1]]));
  const [service, main] = [figuresOf(figures, 'stt'), figuresOf(figures, 'main')];
  expect({
    services: figures.map((figure) => figure.service),
    holds: service.residentBytes > 64 * 1024 ** 2 && service.residentBytes < 1024 ** 3,
    files: (service.openFiles ?? 0) > 30,
    threads: (service.threads ?? 0) > 4,
    main: main.residentBytes > 10 * 1024 ** 2 && (main.openFiles ?? 0) > 2 && (main.threads ?? 0) > 1,
  }).toEqual({ services: ['main', 'stt'], holds: true, files: true, threads: true, main: true });
});
