import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FaultError } from '../../../../main/platform/fault.ts';
import type { Finding, RemedyArguments } from '../../../../main/platform/finding.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { perform, type Performed, type PerformOptions, type Reconciled } from '../../../../main/remedy/io/perform.ts';
import { readLastRemedy } from '../../../../main/remedy/io/last-remedy.ts';
import { findRemedy } from '../../../../main/remedy/remedies.ts';
import type { Settings } from '../../../../main/settings/schema.ts';
import { changeSettings, lookAtSettings } from '../../../../main/settings/store.ts';
import { machine, rtx3060 } from '../../plan/cards.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { factsOf, now } from '../facts.ts';

const hardware = machine('550.54.15', [rtx3060]);
const slot = { id: 'voice', fingerprint: 'abc', folder: '/slot', python: '/slot/bin/python', sitePackages: '/slot/lib', torch: null };
const failed: Finding = { fault: 'download-failed', severity: 'warning', title: 'The index did not answer.', detail: '', evidence: [], remedies: [] };

/** A user with this settings file; null for none. */
function user(content: string | null): Folders {
  const folders = userFolders({ EARSHOT_HOME: temporaryFolder() });
  mkdirSync(folders.config, { recursive: true });
  if (content !== null) writeFileSync(join(folders.config, 'settings.json'), content);
  return folders;
}

function fileOf(folders: Folders): string | null {
  const path = join(folders.config, 'settings.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

async function doing(folders: Folders, id: string, given: RemedyArguments, differences: Partial<PerformOptions> = {}): Promise<{ readonly performed: Performed; readonly reconciledWith: readonly Settings[] }> {
  const { settings } = await lookAtSettings(folders);
  const facts = factsOf(hardware, settings, (await readLastRemedy(folders))?.before ?? null);
  const reconciledWith: Settings[] = [];
  const remedy = findRemedy(id, given);
  if ('kind' in remedy) throw new Error(remedy.sentence);
  const { reconcile = (wanted: Settings) => Promise.resolve(made(wanted, facts.planFor)), ...rest } = differences;
  const performed = await perform(remedy, given, {
    facts,
    folders,
    signal: new AbortController().signal,
    dryRun: false,
    reconcile: (wanted) => {
      reconciledWith.push(wanted);
      return reconcile(wanted);
    },
    freeSpace: () => Promise.reject(new Error('not asked for')),
    couldGo: () => Promise.reject(new Error('not asked for')),
    ...rest,
  });
  return { performed, reconciledWith };
}

function made(settings: Settings, planFor: (settings: Settings) => Reconciled['plan'], differences: Partial<Reconciled> = {}): Reconciled {
  return { plan: planFor(settings), installation: { environments: { voice: slot }, fingerprint: 'abc', steps: [] }, findings: [], ...differences };
}

const own = '{\n  "voice": "bf_emma", "overrides": {"services": {"tts": {"device": "cpu"}}}\n}';
const asked = { id: 'cu121', since: now.toISOString(), reason: 'you used the remedy "use-torch-build"' };

test('writes the override, keeps what was before it, and reconciles with it', async () => {
  const folders = user(own);
  const { performed, reconciledWith } = await doing(folders, 'use-torch-build', { build: 'cu121' });
  const last = await readLastRemedy(folders);
  expect({ performed, file: JSON.parse(fileOf(folders) ?? '') as unknown, wanted: reconciledWith.map(({ overrides }) => overrides.torchBuild), last }).toMatchObject({
    performed: { kind: 'done', override: { torchBuild: asked }, findings: [], reconciled: { installation: { fingerprint: 'abc' } } },
    file: { voice: 'bf_emma', overrides: { torchBuild: asked, services: { tts: { device: 'cpu' } } } },
    wanted: [asked],
    last: { remedy: 'use-torch-build', before: { torchBuild: null, services: { tts: { device: 'cpu' } } } },
  });
});

test('a rehearsal says what would change, and writes and makes nothing', async () => {
  const folders = user(own);
  const { performed, reconciledWith } = await doing(folders, 'use-torch-build', { build: 'cu121' }, { dryRun: true });
  expect({ file: fileOf(folders), last: await readLastRemedy(folders), reconciledWith }).toEqual({ file: own, last: null, reconciledWith: [] });
  expect(performed).toMatchObject({ kind: 'done', override: { torchBuild: asked }, reconciled: null, after: { environments: [{ id: 'voice' }, { id: 'torch-cu121' }] }, before: { environments: [{ id: 'voice' }] } });
});

test('going back undoes the last remedy, and going back again does it anew', async () => {
  const folders = user(own);
  const builds: unknown[] = [];
  for (const [id, given] of [['use-torch-build', { build: 'cu124' }], ['use-torch-build', { build: 'cu121' }], ['go-back', {}], ['go-back', {}]] as const) {
    await doing(folders, id, given);
    builds.push((await lookAtSettings(folders)).settings.overrides.torchBuild?.id);
  }
  expect(builds).toEqual(['cu124', 'cu121', 'cu124', 'cu121']);
});

describe('where it cannot be done', () => {
  const unable = { id: 'disk-full', title: 'The disk is full.', cure: 'Free some space.' } as const;

  test.each([
    ['a file as a person wrote it', own],
    ['no file at all', null],
    ['a file with the build before', '{"overrides":{"torchBuild":{"id":"cu124"}}}'],
  ])('settings are what they were to the last byte: %s', async (_what, content) => {
    const folders = user(content);
    const { performed } = await doing(folders, 'use-torch-build', { build: 'cu121' }, { reconcile: () => Promise.reject(new FaultError(unable)) });
    expect({ file: fileOf(folders), last: await readLastRemedy(folders) }).toEqual({ file: content, last: null });
    expect(performed).toMatchObject({
      kind: 'failed',
      reconciled: null,
      findings: [
        {
          fault: 'disk-full',
          severity: 'error',
          title: 'What you asked for could not be done, so it was taken back and everything is as before. The disk is full.',
          remedies: [{ id: 'free-disk-space' }, { id: 'follow-advice', title: 'Free some space.' }, { id: 'ask-again' }],
        },
      ],
    });
  });

  test('the way back from the remedy before is kept', async () => {
    const folders = user(own);
    await doing(folders, 'use-torch-build', { build: 'cu124' });
    const last = await readLastRemedy(folders);
    await doing(folders, 'use-torch-build', { build: 'cu121' }, { reconcile: () => Promise.reject(new FaultError(unable)) });
    expect(await readLastRemedy(folders)).toEqual(last);
  });

  test('what a person changed in the meantime stays', async () => {
    const folders = user(own);
    await doing(folders, 'use-torch-build', { build: 'cu121' }, {
      reconcile: async () => {
        await changeSettings(folders, { conversation: { muted: true } });
        throw new FaultError(unable);
      },
    });
    const { settings } = await lookAtSettings(folders);
    expect({ muted: settings.conversation.muted, voice: settings.voice, overrides: settings.overrides }).toMatchObject({ muted: true, voice: 'bf_emma', overrides: { torchBuild: null, services: { tts: { device: 'cpu' } } } });
  });

  test('an environment that was left out, on which the rest goes on, counts as not done', async () => {
    const folders = user(own);
    const { settings } = await lookAtSettings(folders);
    const facts = factsOf(hardware, settings);
    const without = { ...facts.planFor(settings), environments: facts.planFor(settings).environments.slice(0, 1) };
    const { performed } = await doing(folders, 'use-torch-build', { build: 'cu121' }, { reconcile: (wanted) => Promise.resolve(made(wanted, () => without, { findings: [failed] })) });
    expect(performed).toMatchObject({ kind: 'failed', findings: [{ fault: 'download-failed', severity: 'error', title: expect.stringMatching(/as before\. The index did not answer\.$/) as string, remedies: [{ id: 'ask-again' }] }] });
    expect(fileOf(folders)).toBe(own);
  });

  test('going back to a build that cannot be had any more leaves the one there is', async () => {
    const folders = user('{"overrides":{"torchBuild":{"id":"cu124"}}}');
    await doing(folders, 'use-torch-build', { build: 'none' });
    const file = fileOf(folders);
    const { performed } = await doing(folders, 'go-back', {}, { reconcile: (wanted) => Promise.resolve(made(wanted, () => ({ ...factsOf(hardware).planFor(wanted), environments: [] }))) });
    expect({ performed, file: fileOf(folders) === file }).toMatchObject({ performed: { kind: 'failed', findings: [{ fault: 'verification-failed' }] }, file: true });
  });

  test.each(['warning', 'error'] as const)('a finding about something else (%s) is told, and what was asked for stands', async (severity) => {
    const folders = user(own);
    const finding = { ...failed, severity };
    const { performed } = await doing(folders, 'use-torch-build', { build: 'cu121' }, { reconcile: (wanted) => Promise.resolve(made(wanted, factsOf(hardware).planFor, { findings: [finding] })) });
    expect(performed).toMatchObject({ kind: 'done', findings: [finding] });
    expect(fileOf(folders)).not.toBe(own);
  });

  test('a person who stops it finds everything as before', async () => {
    const folders = user(own);
    const stop = new AbortController();
    const stopped = doing(folders, 'use-torch-build', { build: 'cu121' }, {
      signal: stop.signal,
      reconcile: () => {
        stop.abort('SIGINT');
        return Promise.reject(new FaultError(unable));
      },
    }).then(() => 'went on', () => 'ended');
    expect({ how: await stopped, file: fileOf(folders), last: await readLastRemedy(folders) }).toEqual({ how: 'ended', file: own, last: null });
  });

  test('a mistake of ours is not hidden, and takes the override back all the same', async () => {
    const folders = user(own);
    await expect(doing(folders, 'use-torch-build', { build: 'cu121' }, { reconcile: () => Promise.reject(new TypeError('oops')) })).rejects.toThrow('oops');
    expect(fileOf(folders)).toBe(own);
  });

  test('nothing is written for what this computer does not have', async () => {
    const folders = user(own);
    const { performed, reconciledWith } = await doing(folders, 'exclude-gpu', { gpu: 'GPU-9' });
    expect({ kind: performed.kind, reconciledWith, file: fileOf(folders) }).toEqual({ kind: 'problem', reconciledWith: [], file: own });
  });
});

describe('a remedy that writes nothing', () => {
  test('tries again with the settings as they are, and says what still fails', async () => {
    const folders = user(own);
    const { performed, reconciledWith } = await doing(folders, 'try-again', {}, { reconcile: () => Promise.reject(new FaultError({ id: 'disk-full', title: 'The disk is full.' })) });
    expect({ file: fileOf(folders), last: await readLastRemedy(folders), voices: reconciledWith.map(({ voice }) => voice) }).toEqual({ file: own, last: null, voices: ['bf_emma'] });
    expect(performed).toMatchObject({ kind: 'failed', override: null, findings: [{ title: 'The disk is full.' }] });
  });

  test('is not done while something is wrong', async () => {
    const wrong = { ...failed, severity: 'error' as const };
    const { performed } = await doing(user(own), 'try-again', {}, { reconcile: (wanted) => Promise.resolve(made(wanted, factsOf(hardware).planFor, { findings: [wrong] })) });
    expect(performed).toMatchObject({ kind: 'failed', findings: [wrong] });
  });

  test('a rehearsal of freeing space says what would go, and removes nothing', async () => {
    const { performed } = await doing(user(own), 'free-disk-space', {}, { dryRun: true, couldGo: () => Promise.resolve(['torch-cu121-b (5.1 GiB)']) });
    expect(performed).toMatchObject({ kind: 'done', freed: ['torch-cu121-b (5.1 GiB)'] });
  });

  test('frees what the plan does not use', async () => {
    const folders = user(own);
    const { performed } = await doing(folders, 'free-disk-space', {}, { freeSpace: (plan) => Promise.resolve([`all but ${plan.environments.map(({ id }) => id).join()}`]) });
    expect(performed).toMatchObject({ kind: 'done', freed: ['all but voice'], override: null });
  });
});
