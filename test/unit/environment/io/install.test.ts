import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { install } from '../../../../main/environment/io/install.ts';
import { proveEnvironments, rollBackEnvironment } from '../../../../main/environment/io/slots.ts';
import type { Installation, Progress, Prove } from '../../../../main/environment/model.ts';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import { defaultSettings } from '../../../../main/settings/schema.ts';
import { hubPath, startHub, tinyModel } from '../../../fakes/hub.ts';
import { startPackageIndex, wheel } from '../../../fakes/package-index.ts';
import { deadOrigin } from '../../../fakes/web-server.ts';
import { useIndexAlone } from '../../real-uv.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { emptyPlan } from '../../plan/empty-plan.ts';
import { environmentsIn, lockEnvironment, tiny, type Checkout, smallCheckout } from '../../small-checkout.ts';

// Where the tests' home has no uv yet, the first test that needs it installs it.
vi.setConfig({ testTimeout: 120_000 });

const weights = Buffer.alloc(50_000, 'weights ');
const hubModel = tinyModel({ 'model.bin': weights });
const detector = {
  ...tinyModel({ 'vad.onnx': Buffer.from('detector') }, [{ kind: 'environment', environment: 'voice', files: { 'vad.onnx': 'tiny/vad.onnx' } }]),
  id: 'detector',
  title: 'A detector',
};

/** One start's set-up; `said` collects what a person can follow. */
function setUp(checkout: Checkout, hubEndpoint: string, options: { rehash?: boolean; atOnce?: boolean; said?: Progress[]; prove?: Prove } = {}): Promise<Installation> {
  return install({
    plan: { ...emptyPlan, models: ['detector', 'tiny'] },
    isRequired: () => true,
    atOnce: options.atOnce ?? false,
    prove: options.prove ?? (({ python }) => {
      execFileSync(python, ['-c', 'import tiny']);
      return Promise.resolve({ ok: true, torch: null });
    }),
    catalogue: { ...catalogue, models: [hubModel, detector] },
    settings: { ...defaultSettings, downloads: { ...defaultSettings.downloads, hubEndpoint } },
    folders: checkout.folders,
    root: checkout.root,
    rehash: options.rehash ?? false,
    report: (progress) => options.said?.push(progress),
  });
}

function outcomes({ steps }: Installation): Record<string, string> {
  return Object.fromEntries(steps.map((step) => [step.id, step.outcome]));
}

test('the first start sets up what is missing, step by step, and the second nothing', async () => {
  const index = await startPackageIndex([tiny]);
  const hub = await startHub({ 'model.bin': [weights] });
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const said: Progress[] = [];
  const first = await setUp(checkout, hub.origin, { said });
  const requests = [...index.requests, ...hub.requests];
  const saidAgain: Progress[] = [];
  const second = await setUp(checkout, hub.origin, { said: saidAgain });
  expect({
    steps: said.flatMap((progress) => ('title' in progress ? [`${progress.kind} ${progress.step}: ${progress.title}`] : [])),
    phases: said.flatMap((progress) => (progress.kind === 'phase' ? [`${progress.environment} ${progress.phase}`] : [])),
    first: outcomes(first),
    second: outcomes(second),
    folders: second.modelFolders,
    same: second.fingerprint === first.fingerprint && second.python === first.python,
    saidAgain,
    askedAgain: index.requests.length + hub.requests.length - requests.length,
  }).toEqual({
    steps: [
      'step-started environment: Voice engines (Python packages)',
      'step-started model:detector: A detector (8 B)',
      'step-done model:detector: A detector (8 B)',
      'step-started model:tiny: A tiny model (48.8 KiB)',
      'step-done model:tiny: A tiny model (48.8 KiB)',
      'step-done environment: Voice engines (Python packages)',
    ],
    phases: ['voice begun', 'voice packages', 'voice proving', 'voice proven', 'voice moved-in', 'voice current'],
    first: { uv: 'present', environment: 'done', 'model:detector': 'done', 'model:tiny': 'done' },
    second: { uv: 'present', environment: 'present', 'model:detector': 'present', 'model:tiny': 'present' },
    folders: { detector: join(checkout.folders.data, 'models', 'detector'), tiny: join(checkout.folders.data, 'models', 'tiny') },
    same: true,
    saidAgain: [],
    askedAgain: 0,
  });
});

test('a set-up that lost the network goes on where it was', async () => {
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  await expect(setUp(checkout, await deadOrigin())).rejects.toMatchObject({
    fault: { id: 'download-failed', title: 'No network. Still missing: A tiny model (48.8 KiB).' },
  });
  const hub = await startHub({ 'model.bin': [weights] });
  const asked = index.requests.length;
  expect([outcomes(await setUp(checkout, hub.origin)), hub.requests, index.requests.length - asked]).toEqual([
    // Its packages are made into an environment again, out of uv's cache: it had not been proven.
    { uv: 'present', environment: 'done', 'model:detector': 'present', 'model:tiny': 'done' },
    [hubPath('model.bin')],
    0,
  ]);
});

test('installing by hand hashes every model again and mends one that lost bytes', async () => {
  const index = await startPackageIndex([tiny]);
  const hub = await startHub({ 'model.bin': [weights] });
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  await setUp(checkout, hub.origin);
  const path = join(checkout.folders.data, 'models', 'tiny', 'model.bin');
  // What a failing disk does: other bytes under the times that were remembered.
  writeFileSync(path, Buffer.alloc(50_000, 'virus '));
  utimesSync(path, 1_000_000, 1_000_000);
  const { mtimeMs, ctimeMs } = statSync(path);
  const [stampName = ''] = readdirSync(join(path, '..')).filter((name) => name.endsWith('.verified'));
  const [file] = hubModel.files;
  writeFileSync(join(path, '..', stampName), JSON.stringify({ sha256: file?.sha256, bytes: file?.bytes, modifiedMs: mtimeMs, changedMs: ctimeMs }));
  const trusted = outcomes(await setUp(checkout, hub.origin))['model:tiny'];
  const said: Progress[] = [];
  const rehashed = outcomes(await setUp(checkout, hub.origin, { rehash: true, said }))['model:tiny'];
  expect({ trusted, rehashed, said: said.flatMap((progress) => (progress.kind === 'detail' ? [progress.text] : [])) }).toEqual({
    trusted: 'present',
    rehashed: 'done',
    said: ['model.bin on disk is damaged (its checksum is wrong); fetching it again'],
  });
});

test('a disk without room is said before anything is fetched', async (context) => {
  const disk = oneMebibyteDisk(context);
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const folders = { ...checkout.folders, data: join(disk, 'data') };
  mkdirSync(folders.data);
  symlinkSync(join(checkout.folders.data, 'tools'), join(folders.data, 'tools'));
  await expect(setUp({ ...checkout, folders }, await deadOrigin())).rejects.toMatchObject({
    fault: { id: 'disk-full', title: expect.stringMatching(/^There is not enough room on the disk: 1\.3 GiB are needed/) as string },
  });
  expect([index.requests, environmentsIn(folders)]).toEqual([[], []]);
});

test('an environment that does not pass its proof is not used, and the one before stays', async () => {
  const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n', 'tiny/vad.onnx': 'detector' });
  const index = await startPackageIndex([tiny, newer]);
  const hub = await startHub({ 'model.bin': [weights] });
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const first = await setUp(checkout, hub.origin);
  lockEnvironment(checkout.root, 'voice', [newer]);
  const fault = { id: 'verification-failed', title: 'The new version does not hear.' } as const;
  const second = await setUp(checkout, hub.origin, { prove: () => Promise.resolve({ ok: false, fault }) });
  expect({ python: second.python, said: second.findings.map(({ title }) => title), left: environmentsIn(checkout.folders) }).toEqual({
    python: first.python,
    said: ['The new version does not hear.'],
    left: ['journal.json', `voice-${first.fingerprint}`],
  });
});

test('a start at once takes what is whole, however old it is', async () => {
  const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n', 'tiny/vad.onnx': 'detector' });
  const index = await startPackageIndex([tiny, newer]);
  const hub = await startHub({ 'model.bin': [weights] });
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const first = await setUp(checkout, hub.origin);
  lockEnvironment(checkout.root, 'voice', [newer]);
  const asked = index.requests.length;
  const atOnce = await setUp(checkout, hub.origin, { atOnce: true });
  const later = await setUp(checkout, hub.origin);
  expect([atOnce.python === first.python, index.requests.length > asked, later.python === first.python]).toEqual([true, true, false]);
});

test('the slot before stays until a question was answered, and one can go back to it', async () => {
  const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n', 'tiny/vad.onnx': 'detector' });
  const index = await startPackageIndex([tiny, newer]);
  const hub = await startHub({ 'model.bin': [weights] });
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const first = await setUp(checkout, hub.origin);
  lockEnvironment(checkout.root, 'voice', [newer]);
  await setUp(checkout, hub.origin);
  const wentBack = await rollBackEnvironment(checkout.folders, 'voice');
  const after = await setUp(checkout, hub.origin);
  const askedFor = await setUp(checkout, hub.origin, { rehash: true });
  await proveEnvironments(checkout.folders, { voice: askedFor.fingerprint });
  expect({ wentBack, back: after.python === first.python, again: askedFor.python === first.python, wayBack: await rollBackEnvironment(checkout.folders, 'voice') }).toEqual({
    wentBack: true, back: true, again: false, wayBack: false,
  });
});
