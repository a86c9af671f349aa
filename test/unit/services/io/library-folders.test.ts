import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { libraryFoldersOf } from '../../../../main/services/io/library-folders.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

async function environmentWith(...files: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
  return folder;
}

test('finds the folders of cuBLAS and cuDNN that came as wheels, and no empty ones', async () => {
  const packages = 'lib/python3.11/site-packages/nvidia';
  const folder = await environmentWith(`${packages}/cudnn/lib/libcudnn.so.9`, `${packages}/cublas/lib/libcublas.so.12`, `${packages}/__init__.py`, `${packages}/cuda_nvcc/bin/ptxas`);
  expect(await libraryFoldersOf(join(folder, 'bin', 'python'), 'linux')).toEqual([join(folder, packages, 'cublas', 'lib'), join(folder, packages, 'cudnn', 'lib')]);
});

test('finds them where Windows keeps them', async () => {
  const folder = await environmentWith('Lib/site-packages/nvidia/cudnn/bin/cudnn64_9.dll');
  expect(await libraryFoldersOf(join(folder, 'Scripts', 'python.exe'), 'win32')).toEqual([join(folder, 'Lib', 'site-packages', 'nvidia', 'cudnn', 'bin')]);
});

test('an environment without such wheels has none', async () => {
  expect(await libraryFoldersOf(join(await environmentWith(), 'bin', 'python'), 'linux')).toEqual([]);
});
