import { build } from 'esbuild';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { installedEnvironment, installEnvironment, voiceSlot, type PythonEnvironment } from '../../../../main/environment/io/voice-environment.ts';
import { startPackageIndex, wheel } from '../../../fakes/package-index.ts';
import { deadOrigin } from '../../../fakes/web-server.ts';
import { useIndexAlone } from '../../real-uv.ts';
import { environmentsIn, lockVoice, tiny, type Checkout, smallCheckout } from '../../small-checkout.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// Where the tests' home has no uv yet, the first test that needs it installs it.
vi.setConfig({ testTimeout: 120_000 });

function slotOf({ uv, folders, root }: Checkout): ReturnType<typeof voiceSlot> {
  return voiceSlot(uv, folders, root, () => undefined);
}

function install(slot: Awaited<ReturnType<typeof voiceSlot>>, { uv }: Checkout): Promise<PythonEnvironment> {
  return installEnvironment(slot, uv, () => undefined);
}

function answerOf({ python }: PythonEnvironment): string {
  return execFileSync(python, ['-c', 'import tiny; print(tiny.answer)'], { encoding: 'utf8' }).trim();
}

test('an environment is there once it was installed to its end, and runs', async () => {
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const slot = await slotOf(checkout);
  expect(installedEnvironment(slot)).toBeNull();
  const environment = await install(slot, checkout);
  expect({
    found: installedEnvironment(slot),
    folders: environmentsIn(checkout.folders),
    answer: answerOf(environment),
    data: existsSync(join(environment.sitePackages, 'tiny', 'vad.onnx')),
    compiled: existsSync(join(environment.sitePackages, 'tiny', '__pycache__')),
  }).toEqual({ found: environment, folders: [`voice-${slot.fingerprint}`], answer: '42', data: true, compiled: true });
});

test.each([
  ['the index has other bytes', () => startPackageIndex([wheel('tiny', '1.0', { 'tiny/__init__.py': 'answer = 666\n' })]), /Hash mismatch/],
  ['the index lacks a package', () => startPackageIndex([]), /tiny was not found/],
])('a failed install leaves nothing that counts as installed: %s', async (_what, start, reason) => {
  const index = await start();
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const slot = await slotOf(checkout);
  await expect(install(slot, checkout)).rejects.toMatchObject({
    fault: {
      id: 'download-failed',
      title: 'Could not be fetched: the Python packages of the voice stack.',
      detail: expect.stringMatching(reason) as string,
    },
  });
  expect([installedEnvironment(slot), environmentsIn(checkout.folders)]).toEqual([null, []]);
});

test('without a network it says what is missing, and a later start goes on', async () => {
  useIndexAlone(await deadOrigin());
  const offline = await smallCheckout();
  const slot = await slotOf(offline);
  await expect(install(slot, offline)).rejects.toMatchObject({
    fault: { id: 'download-failed', title: 'No network. Still missing: the Python packages of the voice stack.' },
  });
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  // uv takes its sources from the environment once, when Earshot starts.
  expect(answerOf(await install(slot, await smallCheckout()))).toBe('42');
});

test.each(['/simple/tiny/', '/files/tiny-1.0-py3-none-any.whl'])(
  'an install killed with -9 while it asks for %s leaves nothing that counts, and the next start completes',
  async (moment) => {
    const program = join(temporaryFolder(), 'installer.cjs');
    await build({ entryPoints: [join(import.meta.dirname, 'installer-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs' });
    const asked = new AbortController();
    const index = await startPackageIndex([tiny], (path) => {
      const holds = path === moment && !asked.signal.aborted;
      if (holds) asked.abort();
      return holds;
    });
    useIndexAlone(index.origin);
    const checkout = await smallCheckout();
    const installer = spawn(process.execPath, [program, checkout.home, checkout.root], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    installer.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await Promise.race([once(asked.signal, 'abort'), once(installer, 'close')]);
    // Main alone: uv, which waits for an answer, ends with it.
    installer.kill('SIGKILL');
    await once(installer, 'close');
    const slot = await slotOf(checkout);
    expect([said, installedEnvironment(slot), existsSync(slot.folder)]).toEqual([[], null, false]);
    expect([answerOf(await install(slot, checkout)), installedEnvironment(slot)?.fingerprint]).toEqual(['42', slot.fingerprint]);
  },
);

test('another lock is another environment, and the old one works until the new one stands', async () => {
  const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n' });
  const broken = wheel('tiny', '3.0', { 'tiny/__init__.py': 'answer = 44\n' });
  const index = await startPackageIndex([tiny, newer]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const old = await install(await slotOf(checkout), checkout);
  lockVoice(checkout.root, [broken]);
  await expect(install(await slotOf(checkout), checkout)).rejects.toThrow('Could not be fetched');
  const afterFailure = answerOf(old);
  lockVoice(checkout.root, [newer]);
  const now = await install(await slotOf(checkout), checkout);
  expect({ afterFailure, answers: [answerOf(old), answerOf(now)], environments: environmentsIn(checkout.folders) }).toEqual({
    afterFailure: '42',
    answers: ['42', '43'],
    environments: [`voice-${old.fingerprint}`, `voice-${now.fingerprint}`].sort(),
  });
});

test('two starts at once end with one environment that both use', async () => {
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const slot = await slotOf(checkout);
  const [one, two] = await Promise.all([install(slot, checkout), install(slot, checkout)]);
  expect({ same: one, answer: answerOf(one), environments: environmentsIn(checkout.folders) }).toEqual({
    same: two,
    answer: '42',
    environments: [`voice-${one.fingerprint}`],
  });
});
