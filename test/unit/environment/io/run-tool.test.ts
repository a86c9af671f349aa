import { expect, test } from 'vitest';
import { runTool } from '../../../../main/environment/io/run-tool.ts';

const env = { PATH: process.env['PATH'] ?? '' };

function shell(script: string, onLine: (line: string) => void = () => undefined): ReturnType<typeof runTool> {
  return runTool('sh', ['-c', script], { env, onLine });
}

test('hands over each line the tool says while it works, and what it printed at its end', async () => {
  const lines: string[] = [];
  const result = await shell('echo "  Downloading torch" >&2; echo /usr/bin/python3; printf "Installed 70 packages" >&2', (line) => lines.push(line));
  expect({ result, lines }).toEqual({
    result: { ok: true, stdout: '/usr/bin/python3', lastLines: '  Downloading torch\nInstalled 70 packages' },
    lines: ['Downloading torch', 'Installed 70 packages'],
  });
});

test('a tool that fails leaves its last words, not all of them', async () => {
  const { ok, lastLines } = await shell('for n in $(seq 100); do echo "line $n" >&2; done; exit 3');
  expect({ ok, lines: lastLines.split('\n').length, last: lastLines.split('\n').at(-1) }).toEqual({ ok: false, lines: 30, last: 'line 100' });
});

test('a tool that is not there leaves the system’s reason', async () => {
  expect(await runTool('/nowhere/uv', [], { env })).toEqual({ ok: false, stdout: '', lastLines: 'spawn /nowhere/uv ENOENT' });
});

test('a tool that was killed has failed', async () => {
  expect((await shell('kill -9 $$')).ok).toBe(false);
});

test('a tool sees the environment it is given and nothing of ours', async () => {
  const { stdout } = await runTool('env', [], { env: { PATH: env.PATH, LANG: 'C' } });
  expect(stdout.split('\n').sort()).toEqual(['LANG=C', `PATH=${env.PATH}`]);
});

test('a tool has nobody to ask: its input is empty', async () => {
  expect(await shell('read answer && echo "heard $answer" || echo "nobody there"')).toMatchObject({ ok: true, stdout: 'nobody there' });
});
