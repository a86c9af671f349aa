import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { pythonForShim, pythonWithPip } from '../../../../main/environment/io/python.ts';
import { runTool } from '../../../../main/environment/io/run-tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Search path with these programs alone, each doing what its script says. */
function pathWith(programs: Readonly<Record<string, string>>): Record<string, string> {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: folder };
}

test('finds a Python of this computer that really can install packages', async () => {
  const env = { PATH: process.env['PATH'] ?? '' };
  const [python, ...args] = await pythonWithPip(env);
  expect((await runTool(python, [...args, '-m', 'pip', '--version'], { env })).stdout).toMatch(/^pip /);
});

test('passes over a Python without pip for one that has it', async () => {
  const env = pathWith({ 'python3.11': 'echo 3.11.2; exit 1', python3: 'echo 3.12.4' });
  expect(await pythonWithPip(env)).toEqual(['python3']);
});

test('finds a Python that really runs the launch shim', async () => {
  const env = { PATH: process.env['PATH'] ?? '' };
  const shim = { python: (await pythonForShim(env)) ?? '', path: resolve('python', 'launch', 'shim.py') };
  expect(await runTool('echo', ['kept'], { env, shim })).toEqual({ ok: true, cancelled: false, stdout: 'kept', lastLines: '' });
});

test('passes over a Python that is too old for the launch shim', async () => {
  const old = 'echo /old/python; exit 1';
  expect(await pythonForShim(pathWith({ 'python3.11': old, python3: 'echo /new/python' }))).toBe('/new/python');
  expect(await pythonForShim(pathWith({ python3: old }))).toBeNull();
});

test('a Python without pip is named, with what to install', async () => {
  const env = pathWith({ 'python3.11': 'echo 3.11.2; exit 1', python3: 'echo 3.11.2; exit 1' });
  await expect(pythonWithPip(env)).rejects.toMatchObject({
    fault: {
      id: 'python-missing',
      title: 'The Python on this computer cannot install packages.',
      detail: 'python3.11 is Python 3.11.2 without pip\npython3 is Python 3.11.2 without pip',
      cure: expect.stringContaining('sudo apt install python3 python3-pip') as string,
    },
  });
});

test('a computer without Python is told what to install', async () => {
  await expect(pythonWithPip(pathWith({}))).rejects.toMatchObject({
    fault: { id: 'python-missing', title: 'No Python was found on this computer.', detail: '' },
  });
});
