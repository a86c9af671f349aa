import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { installArguments, lockAtHand, lockOf, type LockOptions } from '../../../../main/environment/io/torch-lock.ts';
import { packagesOf, type Lock } from '../../../../main/environment/lock.ts';
import { FaultError, type FaultId } from '../../../../main/platform/fault.ts';
import { startPackageIndex, wheel, type Wheel } from '../../../fakes/package-index.ts';
import { deadOrigin } from '../../../fakes/web-server.ts';
import { repository } from '../../../setup/prepare.ts';
import { realUv, useIndexAlone } from '../../real-uv.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

// uv runs up to ten times in one of these.
vi.setConfig({ testTimeout: 90_000 });

/** A module that says who made it. */
function made(by: string, name: string, version: string, requires: readonly string[] = []): Wheel {
  const module = name.replaceAll('-', '_');
  return wheel(name, version, { [`${module}/__init__.py`]: `maker = "${by}"\n` }, requires);
}

const ofPyTorch = [
  made('pytorch', 'torch', '2.7.1+cu118', ['nvidia-cudart-cu11==11.8.89', 'triton==3.3.1', 'other-package==1.0']),
  made('pytorch', 'torchaudio', '2.7.1+cu118', ['torch==2.7.1']),
  made('pytorch', 'nvidia-cudart-cu11', '11.8.89'),
  made('pytorch', 'triton', '3.3.1'),
  made('pytorch', 'other-package', '1.0'),
  made('pytorch', 'engine', '9.0', ['torch']),
];
/** Newer ones of the same names on both sides: each index would like to give what is the other's. */
const ofEverybody = [
  made('everybody', 'engine', '1.0', ['torch<2.10', 'other-package']),
  made('everybody', 'other-package', '1.0'),
  made('everybody', 'torch', '2.7.1'),
  made('everybody', 'torch', '2.7.1+cu999'),
  made('everybody', 'torch', '2.9.0'),
  made('everybody', 'torchaudio', '2.7.1+cu999'),
  made('everybody', 'triton', '3.3.1'),
  made('everybody', 'triton', '99.0'),
  made('everybody', 'nvidia-cudart-cu11', '11.8.89'),
];

interface Setting {
  readonly pytorch?: readonly Wheel[];
  readonly everybody?: readonly Wheel[];
  readonly hashes?: boolean;
}

interface Place extends LockOptions {
  readonly said: readonly string[];
  readonly requests: { readonly pytorch: readonly string[]; readonly everybody: readonly string[] };
}

/** A checkout without a lock for cu118, and both indexes. */
async function place({ pytorch = ofPyTorch, everybody = ofEverybody, hashes = true }: Setting = {}): Promise<Place> {
  const pytorchIndex = await startPackageIndex(pytorch, undefined, { hashes });
  const usualIndex = await startPackageIndex(everybody, undefined, { hashes });
  const root = temporaryFolder();
  mkdirSync(join(root, 'python', 'locks'), { recursive: true });
  writeFileSync(join(root, 'python', 'locks', 'torch.in'), '# What engines need\nengine  # any\n');
  writeFileSync(join(root, 'python', 'locks', `torch-cu124.linux.txt`), 'torch==2.5.1 --hash=sha256:00\n');
  useIndexAlone(usualIndex.origin);
  const uv = await realUv();
  const said: string[] = [];
  return {
    root,
    data: temporaryFolder(),
    uv,
    downloads: { packageIndex: undefined, torchIndex: `${pytorchIndex.origin}/whl` },
    onLine: (line) => said.push(line),
    said,
    requests: { pytorch: pytorchIndex.requests, everybody: usualIndex.requests },
  };
}

const cu118 = { id: 'torch-cu118', torch: '2.7.1' };

/** Who made each module of the environment that the lock gives. */
async function installed(lock: Lock, { uv, downloads }: Place): Promise<Readonly<Record<string, string>>> {
  const folder = temporaryFolder();
  const ready = await uv.run(['venv', '--python', '3.11', '--allow-existing', folder]);
  expect(ready.lastLines).not.toContain('error');
  for (const part of lock.parts) {
    const result = await uv.run(installArguments(part, { python: join(folder, 'bin', 'python'), lock, ...downloads }));
    if (!result.ok) throw new Error(result.lastLines);
  }
  const modules = join(folder, 'lib', 'python3.11', 'site-packages');
  const makers = readdirSync(modules).filter((name) => existsSync(join(modules, name, '__init__.py')));
  return Object.fromEntries(makers.map((name) => [name, /maker = "(\w+)"/.exec(readFileSync(join(modules, name, '__init__.py'), 'utf8'))?.[1] ?? '']));
}

async function refusal(work: Promise<unknown>): Promise<{ id: FaultId; cure: string }> {
  const error: unknown = await work.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof FaultError)) throw new Error(`no fault but ${String(error)}`);
  return { id: error.fault.id, cure: error.fault.cure ?? '' };
}

test.each([true, false])('each package comes from its one index, whatever the other offers under its name (hashes in the index: %s)', async (hashes) => {
  const here = await place({ hashes });
  const lock = await lockOf(cu118, here);
  expect(packagesOf(lock)).toEqual({ torch: '2.7.1+cu118', torchaudio: '2.7.1+cu118', 'nvidia-cudart-cu11': '11.8.89', triton: '3.3.1', engine: '1.0', 'other-package': '1.0' });
  expect(lock.packages.filter((each) => each.hashes.length === 0)).toEqual([]);
  expect(await installed(lock, here)).toEqual({ torch: 'pytorch', torchaudio: 'pytorch', nvidia_cudart_cu11: 'pytorch', triton: 'pytorch', engine: 'everybody', other_package: 'everybody' });
});

test('an index that somebody named for uv gets no say in what is PyTorch’s', async () => {
  const here = await place();
  const trap = await startPackageIndex(ofEverybody, undefined, { hashes: true });
  vi.stubEnv('UV_INDEX', `${trap.origin}/simple`);
  vi.stubEnv('UV_INDEX_STRATEGY', 'unsafe-best-match');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const lock = await lockOf(cu118, here);
  expect(await installed(lock, here)).toMatchObject({ torch: 'pytorch', torchaudio: 'pytorch', nvidia_cudart_cu11: 'pytorch', triton: 'pytorch' });
});

test('the package index of the settings replaces what uv was told', async () => {
  const here = await place();
  const mirror = await startPackageIndex(ofEverybody, undefined, { hashes: true });
  vi.stubEnv('UV_DEFAULT_INDEX', `${await deadOrigin()}/simple`);
  vi.stubEnv('UV_INDEX', `${await deadOrigin()}/simple`);
  const there = { ...here, downloads: { ...here.downloads, packageIndex: `${mirror.origin}/simple` } };
  const lock = await lockOf(cu118, there);
  expect(await installed(lock, there)).toMatchObject({ torch: 'pytorch', engine: 'everybody' });
});

test('a lock made here is made once, and the same for whoever asks again', async () => {
  const here = await place();
  const first = await lockOf(cu118, here);
  const asked = here.requests.pytorch.length;
  expect([await lockOf(cu118, here), await lockAtHand(cu118, here)]).toEqual([first, first]);
  expect({ asked: here.requests.pytorch.length, said: here.said, locks: readdirSync(join(here.data, 'locks')).length }).toEqual({
    asked,
    said: ['Looking up the parts of PyTorch 2.7.1 (cu118)'],
    locks: 1,
  });
});

test('whether a lock is at hand is known without a network', async () => {
  const here = await place();
  expect({ lock: await lockAtHand(cu118, here), requests: here.requests }).toEqual({ lock: null, requests: { pytorch: [], everybody: [] } });
});

test('a half-written lock is made anew', async () => {
  const here = await place();
  const first = await lockOf(cu118, here);
  const [name = ''] = readdirSync(join(here.data, 'locks'));
  writeFileSync(join(here.data, 'locks', name, 'lock.json'), '{');
  expect(await lockOf(cu118, here)).toEqual(first);
});

test('a package that changed since its lock was made is not installed', async () => {
  const here = await place();
  const lock = await lockOf(cu118, here);
  const changed = await place({ pytorch: [made('somebody', 'torch', '2.7.1+cu118', ['nvidia-cudart-cu11', 'triton']), ...ofPyTorch.slice(1)], hashes: false });
  await expect(installed(lock, changed)).rejects.toThrow(/Hash mismatch/i);
});

test('a part of torch that only the usual index has is not taken from there', async () => {
  const here = await place({ everybody: [...ofEverybody.slice(1), made('everybody', 'engine', '1.0', ['torch<2.10', 'nvidia-extra']), made('everybody', 'nvidia-extra', '1.0')] });
  expect((await refusal(lockOf(cu118, here))).id).toBe('no-matching-wheel');
  expect(readdirSync(join(here.data, 'locks'))).toEqual([]);
});

test('a build that is not to be had names those that are', async () => {
  const here = await place();
  const { id, cure } = await refusal(lockOf({ id: 'torch-cu118', torch: '2.6.0' }, here));
  expect({ id, named: cure.includes('cu124') }).toEqual({ id: 'no-matching-wheel', named: true });
  expect(readdirSync(join(here.data, 'locks'))).toEqual([]);
});

test('without a network a build that is not here yet says so', async () => {
  const here = await place();
  const downloads = { ...here.downloads, torchIndex: `${await deadOrigin()}/whl` };
  expect((await refusal(lockOf(cu118, { ...here, downloads }))).id).toBe('download-failed');
});

test('a build that is given up while it is looked up leaves nothing', async () => {
  const here = await place();
  const signal = AbortSignal.abort();
  await expect(lockOf(cu118, { ...here, signal })).rejects.toThrow('aborted');
  expect(readdirSync(join(here.data, 'locks'))).toEqual([]);
});

test('the locks that came with Earshot are used as they are', async () => {
  const here = { ...(await place()), root: repository };
  const [voice, cu124] = [await lockOf({ id: 'voice', torch: null }, here), await lockOf({ id: 'torch-cu124', torch: '2.5.1' }, here)];
  expect([voice, cu124].map(({ id, parts, torch, pythonVersions, buildConstraints }) => ({ id, parts, torch, pythonVersions, buildConstraints }))).toEqual([
    {
      id: 'voice',
      parts: [{ path: join(repository, 'python', 'locks', 'voice.linux.txt'), index: 'default' }],
      torch: null,
      pythonVersions: ['3.11', '3.12'],
      buildConstraints: join(repository, 'python', 'locks', 'build.txt'),
    },
    {
      id: 'torch-cu124',
      parts: [{ path: join(repository, 'python', 'locks', 'torch-cu124.linux.txt'), index: 'default' }],
      torch: { version: '2.5.1', build: 'cu124' },
      pythonVersions: ['3.11', '3.12'],
      buildConstraints: null,
    },
  ]);
  expect(here.requests).toEqual({ pytorch: [], everybody: [] });
});
