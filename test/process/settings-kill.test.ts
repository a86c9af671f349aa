import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseSettings } from '../../main/settings/store.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { versionText } from './settings-version.ts';

const kills = isVerifying ? 1_000 : 100;
const scratch = await mkdtemp(join(tmpdir(), 'earshot-settings-kill-'));
const program = join(scratch, 'writer.cjs');

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Kills a process in the middle of changing the settings of `home` for the `run`th time; says what is then on the disk. */
async function outcomeOfKill(home: string, run: number): Promise<string> {
  const writer = spawn(process.execPath, [program, home, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const writesBefore = 1 + Math.floor(Math.random() * 3);
  let said = '';
  let aimed = false;
  writer.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    if (aimed || versionsIn(said) < writesBefore) return;
    aimed = true;
    // A write takes some milliseconds: the kill meets it while it reads, stages, syncs, renames, or keeps its copy.
    setTimeout(() => writer.kill('SIGKILL'), Math.random() * 10);
  });
  const [, signal] = (await once(writer, 'close')) as [number | null, string | null];
  if (signal !== 'SIGKILL') return `ended by itself: ${said}`;
  const acknowledged = versionsIn(said);
  const settings = await outcomeOf(join(home, 'config', 'settings.json'), run, [acknowledged, acknowledged + 1]);
  const copy = await outcomeOf(join(home, 'data', 'settings.last-good.json'), run, [acknowledged, acknowledged + 1]);
  return settings === 'whole' && copy === 'whole' ? 'whole' : `settings ${settings}, copy ${copy}`;
}

function versionsIn(said: string): number {
  return said.split('\n').length - 1;
}

/** Whether a file is, byte for byte in meaning, one of the versions it may be: what was said to be written is there, or what came after it. */
async function outcomeOf(path: string, run: number, versions: readonly number[]): Promise<string> {
  const parsed = parseSettings(await readFile(path, 'utf8'));
  if ('problem' in parsed) return `torn: ${parsed.problem}`;
  const told = JSON.stringify(parsed.settings.told);
  if (versions.some((version) => JSON.stringify(versionText(run, version)) === told)) return 'whole';
  return `not one of the versions ${versions.join(', ')} but ${told.slice(0, 40)}`;
}

test(`settings are never torn nor lost by kill -9 of their writer, ${kills} of ${kills}`, async () => {
  await build({ entryPoints: [join(import.meta.dirname, 'settings-writer.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });

  async function lane(home: string): Promise<readonly string[]> {
    const outcomes: string[] = [];
    for (let run = 1; run <= kills / 2; run += 1) outcomes.push(await outcomeOfKill(home, run));
    return outcomes;
  }

  const outcomes = (await Promise.all([lane(join(scratch, 'one')), lane(join(scratch, 'two'))])).flat();
  const whole = outcomes.filter((outcome) => outcome === 'whole').length;
  recordFigure({ name: 'settings torn or lost by kill -9 of their writer', value: `${kills - whole} of ${kills}`, bound: `0 of ${kills}` });
  expect(outcomes).toEqual(Array.from({ length: kills }, () => 'whole'));
}, 900_000);
