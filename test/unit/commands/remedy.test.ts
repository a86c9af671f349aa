import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../../main/commands/context.ts';
import { runRemedy, type RemedyCommand, type RemedyMeans } from '../../../main/commands/remedy.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { FaultError } from '../../../main/platform/fault.ts';
import { userFolders } from '../../../main/platform/folders.ts';
import { remedies } from '../../../main/remedy/remedies.ts';
import { loadSettings } from '../../../main/settings/store.ts';
import { machine, rtx3060 } from '../plan/cards.ts';
import { factsOf } from '../remedy/facts.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { recordedOutput } from './recorded-output.ts';

const hardware = machine('550.54.15', [rtx3060]);
const slot = { folder: '/slot', python: '/slot/bin/python', sitePackages: '/slot/lib' };
const voice = { ...slot, id: 'voice', fingerprint: 'abc', torch: null };
const torch = { ...slot, id: 'torch-cu121', fingerprint: 'def', torch: { version: '2.4.1+cu121', cuda: '12.1' } };
const steps = [{ id: 'environment:torch-cu121', title: 'PyTorch', outcome: 'done', durationMs: 12.6 }] as const;

interface Outcome {
  readonly code: number;
  readonly document: unknown;
  readonly text: string;
  readonly files: readonly string[];
  readonly settings: unknown;
}

async function remedied(command: Partial<RemedyCommand>, means: Partial<RemedyMeans> = {}, content: object = {}): Promise<Outcome> {
  const home = temporaryFolder();
  const folders = userFolders({ EARSHOT_HOME: home });
  mkdirSync(folders.config);
  const path = join(folders.config, 'settings.json');
  writeFileSync(path, JSON.stringify(content));
  const { output, results } = recordedOutput();
  const { settings } = await loadSettings(folders, new Date());
  const context: Context = { output, folders, root: home, settings, catalogue, signal: new AbortController().signal };
  const code = await runRemedy(
    context,
    { id: undefined, given: {}, dryRun: false, ...command },
    {
      probe: () => Promise.resolve(hardware),
      reconcile: (wanted) =>
        Promise.resolve({ plan: factsOf(hardware).planFor(wanted), installation: { environments: { voice, 'torch-cu121': torch }, fingerprint: 'abc', steps }, findings: [] }),
      freeSpace: () => Promise.resolve(['torch-cu124-0123']),
      couldGo: () => Promise.resolve(['torch-cu124-0123 (5.3 GiB)']),
      ...means,
    },
  );
  return { code, document: results[0]?.document, text: results[0]?.text ?? '', files: readdirSync(folders.data), settings: JSON.parse(readFileSync(path, 'utf8')) };
}

const switching = { id: 'use-torch-build', given: { build: 'cu121' } };

test('without an id every remedy is listed, with what it needs', async () => {
  const { code, document, text } = await remedied({});
  expect({ code, document, rows: text.split('\n').length }).toEqual({ code: 0, document: { remedies: remedies.map(({ id, title, options }) => ({ id, title, options })) }, rows: remedies.length + 2 });
});

test('the override written, the steps done and what is there now are one document', async () => {
  const { code, document, settings } = await remedied(switching);
  const override = { torchBuild: { id: 'cu121', since: expect.any(String) as string, reason: 'you used the remedy "use-torch-build"' } };
  expect({ code, document, settings }).toMatchObject({
    code: 0,
    document: {
      remedy: 'use-torch-build',
      title: 'Use another build of PyTorch',
      dryRun: false,
      override,
      before: { torchBuild: 'cu128', environments: ['voice'] },
      after: { torchBuild: 'cu121', environments: ['voice', 'torch-cu121'] },
      difference: expect.arrayContaining([expect.stringMatching(/^The environment torch-cu121 with torch 2\.4\.1/)]) as string[],
      steps: [{ id: 'environment:torch-cu121', title: 'PyTorch', outcome: 'done', durationMs: 13 }],
      environments: [
        { id: 'voice', fingerprint: 'abc', torch: null },
        { id: 'torch-cu121', fingerprint: 'def', torch: { version: '2.4.1+cu121', cuda: '12.1' } },
      ],
      fingerprint: 'abc',
      findings: [],
    },
    settings: { overrides: override },
  });
});

test('a rehearsal names the steps, and leaves the disk as it is', async () => {
  const { code, document, text, files, settings } = await remedied({ ...switching, dryRun: true }, { reconcile: () => Promise.reject(new Error('nothing is reconciled')) });
  expect({ code, document, settings, files, told: text.startsWith('Use another build of PyTorch: nothing was changed.') }).toMatchObject({
    code: 0,
    document: {
      dryRun: true,
      steps: expect.arrayContaining([
        { id: 'environment', title: 'Environment voice', outcome: 'planned', durationMs: 0 },
        { id: 'environment:torch-cu121', title: 'Environment torch-cu121 with PyTorch 2.4.1', outcome: 'planned', durationMs: 0 },
      ]) as unknown[],
      environments: [],
      fingerprint: null,
    },
    settings: {},
    told: true,
  });
  expect(files).not.toContain('last-remedy.json');
});

test('what could not be done is a finding, and everything is as before', async () => {
  const { code, document, text, settings } = await remedied(switching, { reconcile: () => Promise.reject(new FaultError({ id: 'no-matching-wheel', title: 'There is no such wheel.' })) }, { voice: 'bf_emma' });
  expect({ code, document, settings, told: text.includes('everything is as before. There is no such wheel.') }).toMatchObject({
    code: 1,
    document: { findings: [{ fault: 'no-matching-wheel', severity: 'error' }], after: { torchBuild: 'cu128', environments: ['voice'] }, difference: [] },
    settings: { voice: 'bf_emma' },
    told: true,
  });
});

test('what went to free the disk is named', async () => {
  const { code, document, text } = await remedied({ id: 'free-disk-space' });
  expect({ code, document, told: text.includes('removed  torch-cu124-0123') }).toMatchObject({ code: 0, document: { override: null, freed: ['torch-cu124-0123'], steps: [] }, told: true });
});

describe('a remedy that cannot be', () => {
  test.each<[string, Partial<RemedyCommand>, number]>([
    ['is not known', { id: 'make-coffee' }, 2],
    ['lacks what it needs', { id: 'use-torch-build' }, 2],
    ['names a build there is not', { id: 'use-torch-build', given: { build: 'cu999' } }, 2],
    ['names a card that this computer does not have', { id: 'exclude-gpu', given: { gpu: 'GPU-9' } }, 1],
    ['asks for what the driver does not run', { id: 'use-torch-build', given: { build: 'cu130' } }, 1],
  ])('because it %s ends with its own code, and nothing is written', async (_why, command, code) => {
    expect(await remedied(command)).toMatchObject({ code, document: undefined, settings: {} });
  });
});
