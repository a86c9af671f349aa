import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockFacts, resolvedFor, shippedBuilds, shippedLock } from '../../../../main/environment/io/lock-files.ts';
import { downloadBytesByPackage, readLockFacts } from '../../../../main/environment/lock-sizes.ts';
import { readLock, requirementsIn } from '../../../../main/environment/lock.ts';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import { chooseTorchBuild } from '../../../../main/plan/torch-build.ts';
import { repository } from '../../../setup/prepare.ts';
import { card, machine } from '../../plan/cards.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const folder = join(repository, 'python', 'locks');
const facts = readLockFacts(readFileSync(join(folder, 'sizes.json'), 'utf8'));

function lockText(name: string): string {
  return readFileSync(join(folder, `${name}.txt`), 'utf8');
}

test('whatever release of cu121 to cu128 the plan chooses for Linux, its lock came with Earshot', async () => {
  const capabilities = ['5.0', '6.1', '7.0', '7.5', '8.0', '8.6', '8.9', '9.0', '10.0', '12.0'];
  const chosen = ['cu121', 'cu124', 'cu126', 'cu128'].flatMap((build) =>
    capabilities.map((capability) => chooseTorchBuild([card('card', capability)], machine('580.65.06', []), catalogue, { overrideId: build })).filter(({ id }) => id === build),
  );
  const releases = new Map(chosen.map(({ id, torch }) => [`${torch}+${id}`, { id: `torch-${id}`, torch }]));
  expect([...releases.keys()]).toEqual(['2.4.1+cu121', '2.5.1+cu124', '2.7.1+cu126', '2.9.1+cu128']);
  const locks = await Promise.all([...releases.values()].map((environment) => shippedLock(environment, repository)));
  expect(locks.map((lock) => lock?.torch)).toEqual([...releases.values()].map(({ id, torch }) => ({ version: torch, build: id.replace('torch-', '') })));
});

test('on Windows the processor’s build has its lock', () => {
  const { id, torch } = chooseTorchBuild([], machine(null, [], { platform: 'win32' }), catalogue);
  expect({ id, torch: readLock(lockText('torch-cpu.windows')).find(({ name }) => name === 'torch')?.version }).toEqual({ id: 'cpu', torch });
});

test('another release of torch than the one that is locked, and another build, have no lock', async () => {
  const asked = [{ id: 'torch-cu124', torch: '2.4.1' }, { id: 'torch-cu118', torch: '2.7.1' }];
  expect(await Promise.all(asked.map((environment) => shippedLock(environment, repository)))).toEqual([null, null]);
  expect(await shippedBuilds(repository)).toEqual(['cu121', 'cu124', 'cu126', 'cu128']);
});

test('every package of every lock has a hash, and none says where it comes from', () => {
  for (const name of Object.keys(facts)) {
    const text = lockText(name);
    expect({ name, bare: readLock(text).filter(({ hashes }) => hashes.length === 0), address: /:\/\/|--(?:extra-)?index-url|--find-links/.exec(text) }).toEqual({ name, bare: [], address: null });
  }
});

test('every lock holds what its requirements ask for', () => {
  for (const name of Object.keys(facts)) {
    const wanted = requirementsIn(readFileSync(join(folder, name.startsWith('voice') ? 'voice.in' : 'torch.in'), 'utf8')).map((line) => line.replace(/\[.*\]/, ''));
    const held = readLock(lockText(name)).map((each) => `${each.name}==${each.version}`);
    expect({ name, missing: wanted.filter((requirement) => !held.includes(requirement)) }).toEqual({ name, missing: [] });
  }
});

test('what tests the torch engines fits into the environment of cu124', () => {
  const inTorch = new Map(readLock(lockText('torch-cu124.linux')).map(({ name, version }) => [name, version]));
  const differing = readLock(lockText('torch-dev.linux')).filter(({ name, version }) => (inTorch.get(name) ?? version) !== version);
  expect(differing).toEqual([]);
});

test('the sizes of every lock are known, package by package', () => {
  for (const [name, { packages, downloadBytes, installedBytes, pythonVersions }] of Object.entries(facts)) {
    const held = readLock(lockText(name)).map((each) => each.name).sort();
    const sum = Object.values(packages).reduce((total, each) => total + each.downloadBytes, 0);
    expect({ name, packages: Object.keys(packages).sort(), sum, python: pythonVersions[0], larger: installedBytes > downloadBytes }).toEqual({ name, packages: held, sum: downloadBytes, python: resolvedFor, larger: true });
  }
  const torch = facts['torch-cu124.linux'];
  expect(torch === undefined ? null : downloadBytesByPackage(torch).get('torch')).toBeGreaterThan(900e6);
});

test('where nobody has looked at the sizes none are claimed', async () => {
  expect(existsSync(join(repository, 'python', 'locks', 'sizes.json'))).toBe(true);
  expect([await lockFacts('voice', temporaryFolder()), await lockFacts('torch-cu118', repository)]).toEqual([null, null]);
});
