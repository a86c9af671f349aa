import { expect, test } from 'vitest';
import { buildOf, indexOf, lockName, packagesOf, partsByIndex, readLock, requirementsIn } from '../../../main/environment/lock.ts';

const text = [
  'Jinja2==3.1.6 \\',
  '    --hash=sha256:aa \\',
  '    --hash=sha256:bb',
  '    # via torch',
  'nvidia-cudnn-cu12==9.1.0.70 ; platform_machine == "x86_64" \\',
  '    --hash=sha256:cc',
  'torch==2.7.1+cu118 \\',
  '    --hash=sha256:dd',
  '',
].join('\n');

test('a lock is read with its versions and hashes, line ends of Windows or not', () => {
  const packages = [
    { name: 'jinja2', version: '3.1.6', hashes: ['sha256:aa', 'sha256:bb'] },
    { name: 'nvidia-cudnn-cu12', version: '9.1.0.70', hashes: ['sha256:cc'] },
    { name: 'torch', version: '2.7.1+cu118', hashes: ['sha256:dd'] },
  ];
  expect([readLock(text), readLock(text.replaceAll('\n', '\r\n'))]).toEqual([packages, packages]);
  expect(packagesOf({ packages })).toEqual({ jinja2: '3.1.6', 'nvidia-cudnn-cu12': '9.1.0.70', torch: '2.7.1+cu118' });
});

test('a lock is cut into what each index gives, and nothing is lost', () => {
  const parts = partsByIndex(text);
  expect({ pytorch: readLock(parts.pytorch), default: readLock(parts.default) }).toEqual({ pytorch: readLock(text).slice(1), default: readLock(text).slice(0, 1) });
  expect(parts.pytorch).toContain('platform_machine == "x86_64"');
});

test('PyTorch’s own index gives torch and the libraries of its build, and nothing that others make', () => {
  const names = ['torch', 'torchaudio', 'triton', 'pytorch-triton', 'nvidia-cublas-cu12', 'NVIDIA_cudnn_cu12', 'numpy', 'torchvision-like', 'moshi', 'nvidia', 'jinja2'];
  expect(names.filter((name) => indexOf(name) === 'pytorch')).toEqual(names.slice(0, 6));
});

test('an environment names its build and its lock', () => {
  expect(['voice', 'torch-cu124', 'torch-cpu', 'torch-dev'].map(buildOf)).toEqual([null, 'cu124', 'cpu', null]);
  expect([lockName('voice', 'linux'), lockName('torch-cpu', 'win32')]).toEqual(['voice.linux', 'torch-cpu.windows']);
});

test('requirements are read without what is said about them', () => {
  expect(requirementsIn('# Sound\n\nsoxr==1.0.0  # resampling\r\nengine[extra]==1\n')).toEqual(['soxr==1.0.0', 'engine[extra]==1']);
});
