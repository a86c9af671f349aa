import { build } from 'esbuild';
import { execa } from 'execa';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { slotFolder } from '../../main/environment/io/journal-file.ts';
import { installedEnvironments } from '../../main/environment/io/slots.ts';
import { phases, type Phase } from '../../main/environment/model.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { cacheFolder, testHome } from '../setup/cache.ts';
import { earshot } from '../setup/earshot.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { repository } from '../setup/prepare.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

if (!isVerifying) console.log('The real engines’ environments are killed at each step by "npm run verify" only (8 minutes); install-kill.test.ts does it with small ones.');

let home = '';
let program = '';
/** A checkout whose voice environment has another name, and the same packages. */
let newer = '';

beforeAll(async () => {
  if (!isVerifying) return;
  home = mkdtempSync(join(cacheFolder, 'kill-'));
  for (const folder of ['config', 'data', 'cache']) mkdirSync(join(home, folder));
  symlinkSync(join(testHome, 'cache', 'uv'), join(home, 'cache', 'uv'));
  symlinkSync(join(testHome, 'data', 'tools'), join(home, 'data', 'tools'));
  writeFileSync(join(home, 'config', 'settings.json'), JSON.stringify({ downloads: { modelFolder: join(testHome, 'data', 'models') } }));
  newer = join(home, 'newer');
  mkdirSync(join(newer, 'python'), { recursive: true });
  symlinkSync(join(repository, 'assets'), join(newer, 'assets'));
  for (const folder of ['earshot', 'launch']) symlinkSync(join(repository, 'python', folder), join(newer, 'python', folder));
  cpSync(join(repository, 'python', 'locks'), join(newer, 'python', 'locks'), { recursive: true });
  appendFileSync(join(newer, 'python', 'locks', 'voice.linux.txt'), '# newer\n');
  program = join(home, 'switch.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'switch-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error', external: ['bufferutil', 'utf-8-validate', 'x11'] });
  expect((await earshot(['install', '--json'], { EARSHOT_HOME: home })).code).toBe(0);
});

afterAll(() => {
  if (home !== '') rmSync(home, { recursive: true, force: true });
});

async function runTo(phase: Phase | 'its end', root: string, torchBuild: string, environment: string): Promise<string> {
  const result = await execa(process.execPath, [program, home, root, torchBuild, environment, phase], { reject: false, stdin: 'ignore', cwd: temporaryFolder() });
  if (result.signal === undefined && result.failed) throw new Error(result.stderr);
  return result.signal ?? 'ended';
}

/** What is answered now, by whatever is there, and whether anything had to be set up for it. */
async function answerNow(): Promise<{ readonly right: boolean; readonly setUp: boolean }> {
  const { code, stdout, stderr } = await earshot(['talk', join(repository, 'assets', 'questions', 'capital-of-france.wav'), '--json'], { EARSHOT_HOME: home });
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  return { right: z.object({ reply: z.string() }).parse(JSON.parse(stdout)).reply.includes('Paris'), setUp: stderr.includes('Setting up') };
}

async function current(environment: string): Promise<string | undefined> {
  return (await installedEnvironments(userFolders({ EARSHOT_HOME: home })))[environment]?.current.fingerprint;
}

test.skipIf(!isVerifying)('an update of the real voice engines, killed at each step, leaves the old ones answering at once', async () => {
  const outcomes: unknown[] = [];
  for (const phase of phases) {
    const killed = await runTo(phase, newer, 'none', 'voice');
    const answered = await answerNow();
    const ended = await runTo('its end', newer, 'none', 'voice');
    outcomes.push({ phase, killed, answered, ended });
    // Back to where it began, for the next step.
    expect((await earshot(['install', '--json'], { EARSHOT_HOME: home })).code).toBe(0);
  }
  recordFigure({ name: 'update of the real voice engines killed -9 at each phase, a question answered at once', value: `${outcomes.length} of ${phases.length}`, bound: 'all' });
  expect(outcomes).toEqual(phases.map((phase) => ({ phase, killed: 'SIGKILL', answered: { right: true, setUp: false }, ended: 'ended' })));
}, 1_800_000);

test.skipIf(!isVerifying)('a switch to a real torch build, killed at each step, is completed at the next install, and questions are answered all the while', async () => {
  const outcomes: unknown[] = [];
  for (const phase of phases) {
    const fingerprint = await current('torch-cu124');
    const killed = await runTo(phase, repository, 'cu124', 'torch-cu124');
    const answered = await answerNow();
    const ended = await runTo('its end', repository, 'cu124', 'torch-cu124');
    const made = await current('torch-cu124');
    outcomes.push({ phase, before: fingerprint, killed, answered, ended, there: made !== undefined });
    // For the next step it is as if it had never been made; its packages stay in uv's cache.
    rmSync(slotFolder(userFolders({ EARSHOT_HOME: home }), 'torch-cu124', made ?? 'none'), { recursive: true, force: true });
  }
  recordFigure({ name: 'switch to a real torch build killed -9 at each phase, a question answered at once', value: `${outcomes.length} of ${phases.length}`, bound: 'all' });
  expect(outcomes).toEqual(phases.map((phase) => ({ phase, before: undefined, killed: 'SIGKILL', answered: { right: true, setUp: false }, ended: 'ended', there: true })));
}, 1_800_000);
