import { build } from 'esbuild';
import { execa } from 'execa';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedEnvironments } from '../../main/environment/io/slots.ts';
import { phases } from '../../main/environment/model.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { startPackageIndex, wheel } from '../fakes/package-index.ts';
import { useIndexAlone } from '../unit/real-uv.ts';
import { environmentsIn, lockEnvironment, smallCheckout, tiny, type Checkout } from '../unit/small-checkout.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

/** The journal's own steps; `npm run verify` also kills at every line and every figure in between. */
const moments = isVerifying ? 'everything' : 'phases';
const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n' });

interface Scene {
  readonly checkout: Checkout;
  /** Runs the installer; killed at the nth thing it reports, or to its end. Returns how many things it reported. */
  readonly install: (killAt: number | null, ...environments: readonly string[]) => Promise<number | 'killed'>;
}

/** A small product with a real uv and a real index, and an installer in a process of its own. */
async function scene(): Promise<Scene> {
  const index = await startPackageIndex([tiny, newer]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  const program = join(temporaryFolder(), 'installer.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'installer-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return {
    checkout,
    install: async (killAt, ...environments) => {
      const result = await execa(process.execPath, [program, checkout.home, checkout.root, killAt === null ? 'never' : String(killAt), moments, ...environments], { reject: false, stdin: 'ignore' });
      if (result.signal === 'SIGKILL') return 'killed';
      if (result.failed) throw new Error(result.stderr);
      return Number(result.stdout);
    },
  };
}

/** What each environment says that can be started from now. */
async function answers({ folders }: Checkout): Promise<Readonly<Record<string, string>>> {
  const installed = Object.entries(await installedEnvironments(folders));
  return Object.fromEntries(installed.map(([id, { current }]) => [id, execFileSync(current.python, ['-c', 'import tiny; print(tiny.answer)'], { encoding: 'utf8' }).trim()]));
}

function underWay({ folders }: Checkout): unknown {
  return (JSON.parse(readFileSync(join(folders.data, 'environments', 'journal.json'), 'utf8')) as { transaction: unknown }).transaction;
}

/** Everything an installation reports, counted on one that is not disturbed. */
async function stepsOf(prepare: (scene: Scene) => Promise<void>, environments: readonly string[]): Promise<number> {
  const undisturbed = await scene();
  await prepare(undisturbed);
  const reported = await undisturbed.install(null, ...environments);
  if (reported === 'killed') throw new Error('it was to run to its end');
  return reported;
}

test('a first install killed at any step completes at the next start', async () => {
  const steps = await stepsOf(() => Promise.resolve(), ['voice']);
  const outcomes: unknown[] = [];
  for (let step = 0; step < steps; step += 1) {
    const { checkout, install } = await scene();
    const killed = await install(step, 'voice');
    await install(null, 'voice');
    outcomes.push({ step, killed, answers: await answers(checkout), underWay: underWay(checkout), left: environmentsIn(checkout.folders).filter((name) => name.includes('staging')) });
  }
  expect(steps).toBeGreaterThanOrEqual(phases.length);
  recordFigure({ name: 'install killed -9 at each step, completed at the next start', value: `${steps} of ${steps}`, bound: 'all' });
  expect(outcomes).toEqual(outcomes.map((_outcome, step) => ({ step, killed: 'killed', answers: { voice: '42' }, underWay: null, left: [] })));
});

test('an update killed at any step leaves the old environment answering at once, and completes at the next start', async () => {
  async function prepare({ checkout, install }: Scene): Promise<void> {
    await install(null, 'voice');
    lockEnvironment(checkout.root, 'voice', [newer]);
  }
  const steps = await stepsOf(prepare, ['voice']);
  const outcomes: unknown[] = [];
  const saidAtOnce: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    const disturbed = await scene();
    await prepare(disturbed);
    const killed = await disturbed.install(step, 'voice');
    const atOnce = await answers(disturbed.checkout);
    await disturbed.install(null, 'voice');
    saidAtOnce.push(atOnce['voice'] ?? 'nothing');
    outcomes.push({ step, killed, after: await answers(disturbed.checkout), underWay: underWay(disturbed.checkout) });
  }
  recordFigure({ name: 'update killed -9 at each step, the old one answering at once', value: `${outcomes.length} of ${steps}`, bound: 'all' });
  expect(outcomes).toEqual(outcomes.map((_outcome, step) => ({ step, killed: 'killed', after: { voice: '43' }, underWay: null })));
  // The old one up to the swap, which is the last but the end of the step, and the new one from there on.
  const swapped = saidAtOnce.indexOf('43');
  expect(swapped).toBeGreaterThanOrEqual(phases.length - 1);
  expect(saidAtOnce).toEqual(saidAtOnce.map((_said, step) => (step < swapped ? '42' : '43')));
});

test('a switch to a torch build killed at any step never touches the voice, and completes at the next start', async () => {
  async function prepare({ checkout, install }: Scene): Promise<void> {
    lockEnvironment(checkout.root, 'torch-cu124', [tiny]);
    lockEnvironment(checkout.root, 'torch-cu121', [newer]);
    await install(null, 'voice', 'torch-cu124');
  }
  const steps = await stepsOf(prepare, ['voice', 'torch-cu121']);
  const outcomes: unknown[] = [];
  for (let step = 0; step < steps; step += 1) {
    const disturbed = await scene();
    await prepare(disturbed);
    const killed = await disturbed.install(step, 'voice', 'torch-cu121');
    const { voice, 'torch-cu124': before } = await answers(disturbed.checkout);
    await disturbed.install(null, 'voice', 'torch-cu121');
    outcomes.push({ step, killed, voice, before, after: await answers(disturbed.checkout), underWay: underWay(disturbed.checkout) });
  }
  expect(outcomes).toEqual(
    outcomes.map((_outcome, step) => ({ step, killed: 'killed', voice: '42', before: '42', after: { voice: '42', 'torch-cu124': '42', 'torch-cu121': '43' }, underWay: null })),
  );
});
