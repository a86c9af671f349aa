import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDisagreements, type NamedLock } from '../../../main/environment/lock-agreement.ts';
import { readLock } from '../../../main/environment/lock.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { repository } from '../../setup/prepare.ts';

const folder = join(repository, 'python', 'locks');
const locks: readonly NamedLock[] = readdirSync(folder).flatMap((name) => {
  const [, environment, platform] = /^(voice|torch-c\w+)\.(linux|windows)\.txt$/.exec(name) ?? [];
  if (environment === undefined || (platform !== 'linux' && platform !== 'windows')) return [];
  return [{ environment, platform, packages: readLock(readFileSync(join(folder, name), 'utf8')) }];
});

/** The locks as they are, with one version of one of them changed. */
function planted(environment: string, name: string, version: string): readonly NamedLock[] {
  return locks.map((lock) => (lock.environment === environment && lock.platform === 'linux' ? { ...lock, packages: lock.packages.map((each) => (each.name === name ? { ...each, version } : each)) } : lock));
}

test('all locks that come with Earshot agree with one another and with the catalogue', () => {
  expect({ locks: locks.map(({ environment, platform }) => `${environment}.${platform}`).sort(), disagreements: lockDisagreements(locks, catalogue) }).toEqual({
    locks: ['torch-cpu.windows', 'torch-cu121.linux', 'torch-cu124.linux', 'torch-cu126.linux', 'torch-cu128.linux', 'voice.linux', 'voice.windows'],
    disagreements: [],
  });
});

const disagreements: readonly (readonly [name: string, environment: string, packageName: string, version: string, said: readonly string[]])[] = [
  [
    'another torch than the plan chooses',
    'torch-cu124',
    'torch',
    '2.6.0',
    ['It holds torch 2.6.0; the catalogue knows no such release of it in the usual package index.', 'torch 2.6.0 wants torchaudio 2.6, and there is torchaudio 2.5.1.'],
  ],
  ['the torchaudio of another torch', 'torch-cu126', 'torchaudio', '2.8.0', ['torch 2.7.1 wants torchaudio 2.7, and there is torchaudio 2.8.0.']],
  ['a library of another CUDA', 'torch-cu121', 'nvidia-nvjitlink-cu12', '12.9.86', ['nvidia-nvjitlink-cu12 12.9.86 belongs to CUDA 12.9, and the build is made with 12.1.']],
  ['a cuDNN that Whisper cannot load', 'torch-cu121', 'nvidia-cudnn-cu12', '8.9.2.26', ['CTranslate2 4.8.5 loads cuDNN 9, and there is cuDNN 8.9.2.26.']],
  [
    'a cuBLAS that Whisper cannot load',
    'torch-cu128',
    'nvidia-cublas-cu12',
    '13.0.1',
    ['nvidia-cublas-cu12 13.0.1 belongs to CUDA 13.0, and the build is made with 12.8.', 'CTranslate2 4.8.5 loads cuBLAS 12, and there is cuBLAS 13.0.1.'],
  ],
  ['a cuDNN that has dropped old cards', 'torch-cu126', 'nvidia-cudnn-cu12', '9.11.0.98', ['cuDNN 9.11.0.98 has dropped cards that the build is for (5.0); 9.10.2 is the last that knows them.']],
  ['a server of another version', 'torch-cu124', 'uvicorn', '0.53.0', ['It holds uvicorn 0.53.0, and the voice environment 0.54.0.']],
];

test.each(disagreements)('%s is found', (_name, environment, packageName, version, said) => {
  const found = lockDisagreements(planted(environment, packageName, version), catalogue);
  expect(found.map(({ fault, detail }) => ({ fault, detail }))).toEqual(said.map((detail) => ({ fault: 'torch-version-mismatch', detail })));
});

test('a Whisper of before 4.5 would need the older cuDNN in every build', () => {
  const found = lockDisagreements(planted('voice', 'ctranslate2', '4.4.0'), catalogue);
  expect(found.map(({ detail }) => detail)).toEqual(['9.1.0.70', '9.1.0.70', '9.5.1.17', '9.10.2.21'].map((version) => `CTranslate2 4.4.0 loads cuDNN 8, and there is cuDNN ${version}.`));
});
