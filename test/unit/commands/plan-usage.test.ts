import { build } from 'esbuild';
import { execa } from 'execa';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'earshot-plan-usage-'));
const program = join(scratch, 'cli.cjs');

beforeAll(async () => {
  // By this file a command finds the folder it was installed in.
  mkdirSync(join(scratch, 'python', 'launch'), { recursive: true });
  writeFileSync(join(scratch, 'python', 'launch', 'shim.py'), '');
  await build({ entryPoints: ['main/cli.ts'], outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent', external: ['bufferutil', 'utf-8-validate', 'x11', 'electron'] });
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

async function earshot(args: readonly string[], input = ''): Promise<{ readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [program, ...args], { reject: false, input, env: { EARSHOT_HOME: join(scratch, 'home') } });
  return { exitCode, stdout, stderr };
}

describe('earshot used wrongly ends with 2 and the usage:', () => {
  test.each([
    ['an option of another command', ['plan', '--nvidia-smi', 'x'], '"earshot plan" has no option --nvidia-smi.'],
    ['an option that there is not', ['plan', '--machine', 'x'], "Unknown option '--machine'"],
    ['an option without its file', ['plan', '--hardware'], "Option '--hardware <value>' argument missing"],
    ['a file without its option', ['plan', 'computer.json'], '"earshot plan" takes no file.'],
    ['its option at another command', ['talk', 'x.wav', '--hardware', 'y'], '"earshot talk" has no option --hardware.'],
    ['an option of a remedy', ['install', '--build', 'cu121'], '"earshot install" has no option --build.'],
    ['two remedies at once', ['remedy', 'cpu-only', 'go-back'], '"earshot remedy" takes [ID].'],
    ['a plan for another command', ['serve', '--plan', 'y'], '"earshot serve" has no option --plan.'],
    ['a bench that there is not', ['bench', 'nothing'], 'There is no bench "nothing".'],
    ['turns of another bench', ['bench', 'recovery', '--turns', '5'], '"earshot bench recovery" has no option --turns.'],
    ['rounds of another bench', ['bench', 'soak', '--rounds', '5'], '"earshot bench soak" has no option --rounds.'],
    ['no turns', ['bench', 'soak', '--turns', '0'], '--turns takes a whole number from 1 to 999,999.'],
    ['half a round', ['bench', 'recovery', '--rounds', '0.5'], '--rounds takes a whole number from 1 to 999,999.'],
    ['settings of its own with --at-login', ['serve', '--at-login', 'on', '--settings', 'x.json'], '--at-login goes by your own settings.json: put there what it is to count for.'],
    ['neither on nor off', ['serve', '--at-login', 'yes'], '--at-login takes "on" or "off".'],
  ])('%s', async (_what, args, said) => {
    const { exitCode, stdout, stderr } = await earshot(args);
    expect({ exitCode, stdout, said: stderr.split('\n')[0], usage: stderr.includes('earshot plan ') }).toEqual({ exitCode: 2, stdout: '', said, usage: true });
  });
});

test('remedies are listed without anything being looked at or written', async () => {
  const { exitCode, stdout, stderr } = await earshot(['remedy', '--json']);
  const { remedies } = JSON.parse(stdout) as { readonly remedies: readonly { readonly id: string; readonly options: readonly string[] }[] };
  expect({ exitCode, stderr, first: remedies[0] }).toMatchObject({ exitCode: 0, stderr: '', first: { id: 'use-torch-build', options: ['build'] } });
});

test('a remedy that there is not is a mistake of usage, and what there is is listed', async () => {
  const { exitCode, stdout } = await earshot(['remedy', 'make-coffee', '--json']);
  expect({ exitCode, document: JSON.parse(stdout) as unknown }).toMatchObject({ exitCode: 2, document: { error: { id: 'usage', title: expect.stringContaining('There are: use-torch-build, exclude-gpu') as string } } });
});

test('a computer described on standard input is planned for', async () => {
  const { exitCode, stdout, stderr } = await earshot(['plan', '--hardware', '-', '--json'], '{"cpu": {"model": "x", "cores": 4, "flags": ["avx2"]}, "memoryMiB": 8192}');
  const { services } = JSON.parse(stdout) as { readonly services: readonly { readonly id: string }[] };
  expect({ exitCode, stderr, services: services.map(({ id }) => id) }).toEqual({ exitCode: 0, stderr: '', services: ['stt', 'llm', 'tts', 'turn'] });
});

test('a description that cannot be used is one JSON document where JSON was asked for, and ends with 1', async () => {
  const { exitCode, stdout } = await earshot(['plan', '--hardware', '-', '--json'], 'not json');
  expect({ exitCode, document: JSON.parse(stdout) as unknown }).toMatchObject({ exitCode: 1, document: { error: { id: 'hardware-invalid', title: 'The machine description on standard input cannot be used.' } } });
});

test('a file of settings that cannot be used ends with 1 and a plan all the same', async () => {
  const { exitCode, stdout, stderr } = await earshot(['plan', '--hardware', '-', '--settings', join(scratch, 'none.json'), '--json'], '{}');
  expect({ exitCode, profile: (JSON.parse(stdout) as { readonly profile: string }).profile, said: stderr.includes('there is no such file') }).toEqual({ exitCode: 1, profile: 'balanced', said: true });
});
