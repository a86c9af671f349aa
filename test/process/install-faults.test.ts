import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { install } from '../../main/environment/io/install.ts';
import { installedEnvironments } from '../../main/environment/io/slots.ts';
import { connectNetwork, findingOfFault } from '../../main/environment/install-remedies.ts';
import type { Installation } from '../../main/environment/model.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { FaultError } from '../../main/platform/fault.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { companyCertificates, startSecureServer } from '../fakes/company-certificates.ts';
import { startPackageIndex, wheel } from '../fakes/package-index.ts';
import { startProxy } from '../fakes/proxy.ts';
import { deadOrigin, startWebServer } from '../fakes/web-server.ts';
import { emptyPlan } from '../unit/plan/empty-plan.ts';
import { useIndexAlone } from '../unit/real-uv.ts';
import { oneMebibyteDisk } from '../unit/small-disk.ts';
import { environmentsIn, lockEnvironment, smallCheckout, tiny, type Checkout } from '../unit/small-checkout.ts';

/** What is to replace `tiny` 1.0. */
const newer = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n' });
/** Each of its files takes a block: together far more than a disk of one MiB. */
const large = wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 43\n', ...Object.fromEntries(Array.from({ length: 1000 }, (_, number) => [`tiny/word${number}.txt`, 'word\n'])) });

const torch = { id: 'torch-cu124', build: 'cu124', torch: null, reason: 'An engine was asked for that computes with it.' };

/** The product's own installation of the environments that a checkout has locked; nothing works without `voice`. */
function setUp({ root, folders }: Checkout, environments = emptyPlan.environments): Promise<Installation> {
  return install({
    plan: { ...emptyPlan, environments },
    isRequired: (id) => id === 'voice',
    catalogue,
    settings: defaultSettings,
    folders,
    root,
    rehash: false,
    atOnce: false,
    report: () => undefined,
    prove: ({ python }) => {
      answerOf(python);
      return Promise.resolve({ ok: true, torch: null });
    },
  });
}

function answerOf(python: string): string {
  return execFileSync(python, ['-c', 'import tiny; print(tiny.answer)'], { encoding: 'utf8' }).trim();
}

/** Every file of the environments by its content, links by where they lead, and the journal. */
function everythingIn({ folders }: Checkout): Readonly<Record<string, string>> {
  const root = join(folders.data, 'environments');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), entry.isSymbolicLink() ? readlinkSync(path) : createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

/** An installation that works, made from `tiny`; `packages` are locked to replace it. */
async function installed(packages: Parameters<typeof lockEnvironment>[2]): Promise<Checkout> {
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const checkout = await smallCheckout();
  await setUp(checkout);
  index.close();
  lockEnvironment(checkout.root, 'voice', packages);
  return checkout;
}

interface Outcome {
  readonly findings: readonly { readonly fault: string; readonly severity: string; readonly remedies: readonly string[] }[];
  /** What the environment says that the assistant is started from now. */
  readonly answer: string;
}

/** Sets up anew; whether that ends with a fault or goes on with what there was, nothing of it may have changed. */
async function upgrade(checkout: Checkout): Promise<Outcome> {
  const before = everythingIn(checkout);
  const findings = await setUp(checkout).then(
    (installation) => installation.findings,
    (error: unknown) => {
      if (error instanceof FaultError) return [findingOfFault(error.fault)];
      throw error;
    },
  );
  expect(everythingIn(checkout)).toEqual(before);
  const { voice } = await installedEnvironments(checkout.folders);
  return {
    findings: findings.map(({ fault, severity, remedies }) => ({ fault, severity, remedies: remedies.map(({ id }) => id) })),
    answer: answerOf(voice?.current.python ?? 'no environment'),
  };
}

/** The one thing that a person is told, while the environment before answers as before. */
function onlyTold(fault: string, ...remedies: readonly string[]): Outcome {
  return { findings: [{ fault, severity: 'error', remedies }], answer: '42' };
}

test('no room on the disk: said before anything is fetched, and the environment before stays', async (context) => {
  const checkout = await installed([newer]);
  const index = await startPackageIndex([newer]);
  useIndexAlone(index.origin);
  const folders = { ...checkout.folders, cache: oneMebibyteDisk(context) };
  expect([await upgrade({ ...checkout, folders }), index.requests]).toEqual([onlyTold('disk-full', 'free-disk-space', 'use-other-folder', 'try-again'), []]);
});

test('a disk that fills up in the middle: said with how to free some, and the environment before stays', async (context) => {
  const checkout = await installed([large]);
  const index = await startPackageIndex([large]);
  useIndexAlone(index.origin);
  const facts = { pythonVersions: ['3.11', '3.12', '3.13'], downloadBytes: 1, installedBytes: 1, installedBytesFrom: 'the wheels', packages: {} };
  writeFileSync(join(checkout.root, 'python', 'locks', 'sizes.json'), JSON.stringify({ 'voice.linux': facts }));
  const folders = { ...checkout.folders, cache: oneMebibyteDisk(context) };
  expect([await upgrade({ ...checkout, folders }), index.requests.length > 0]).toEqual([onlyTold('disk-full', 'free-disk-space', 'try-again'), true]);
});

test('wrong hash: what arrived is not installed, and the environment before stays', async () => {
  const checkout = await installed([newer]);
  const index = await startPackageIndex([wheel('tiny', '2.0', { 'tiny/__init__.py': 'answer = 666\n' })]);
  useIndexAlone(index.origin);
  expect(await upgrade(checkout)).toEqual(onlyTold('hash-mismatch', 'check-package-index', 'try-again'));
});

test('index down: said as a missing network, and the environment before stays', async () => {
  const checkout = await installed([newer]);
  useIndexAlone(await deadOrigin());
  expect(await upgrade(checkout)).toEqual(onlyTold('download-failed', 'connect-network', 'try-again'));
});

test.each([
  [403, ['ask-network-owner', 'set-proxy', 'try-again']],
  [407, ['sign-in-to-proxy', 'try-again']],
] as const)('a proxy that refuses with %i: said with whom to ask, and the environment before stays', async (status, remedies) => {
  const checkout = await installed([newer]);
  const proxy = await startProxy({ port: 9 }, status);
  useIndexAlone('https://index.invalid');
  for (const name of ['HTTPS_PROXY', 'https_proxy']) vi.stubEnv(name, proxy.url);
  expect(await upgrade(checkout)).toEqual(onlyTold('proxy-or-tls', ...remedies));
});

test('no matching wheel: said, and the environment before stays', async () => {
  const checkout = await installed([newer]);
  const name = 'tiny-2.0-cp39-cp39-win_amd64.whl';
  const index = await startWebServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="/files/${name}">${name}</a>`));
  useIndexAlone(index.origin);
  expect(await upgrade(checkout)).toEqual(onlyTold('no-matching-wheel', 'update-earshot'));
});

test.each([
  ['behind', 'early', ['set-clock', 'try-again']],
  ['ahead, or the certificate is old', 'expired', ['set-clock', 'ask-network-owner', 'try-again']],
] as const)('the clock is %s: said with both dates, and the environment before stays', async (_what, name, remedies) => {
  const checkout = await installed([newer]);
  const { [name]: certificate, authority } = companyCertificates();
  useIndexAlone(await startSecureServer(certificate, (_request, response) => response.writeHead(404).end()));
  vi.stubEnv('SSL_CERT_FILE', authority);
  expect(await upgrade(checkout)).toEqual(onlyTold('proxy-or-tls', ...remedies));
});

test('what an engine needs that the assistant can do without: said with the way around it, and the voice is not touched', async () => {
  const checkout = await installed([tiny]);
  lockEnvironment(checkout.root, torch.id, [wheel('torch', '2.5.1', { 'torch/__init__.py': '' })]);
  const index = await startPackageIndex([tiny]);
  useIndexAlone(index.origin);
  const { findings, environments, missing } = await setUp(checkout, [...emptyPlan.environments, torch]);
  expect({ findings: findings.map(({ fault, remedies }) => [fault, ...remedies.map(({ id }) => id)]), environments: Object.keys(environments), missing: [...missing.keys()] }).toEqual({
    findings: [['no-matching-wheel', 'check-package-index', 'use-torch-build', 'try-again']],
    environments: ['voice'],
    missing: [torch.id],
  });
  expect(answerOf(environments['voice']?.python ?? '')).toBe('42');
});

test('where nothing was there before, the same is said and nothing is left that counts', async () => {
  useIndexAlone(await deadOrigin());
  const checkout = await smallCheckout();
  const fault = await setUp(checkout).catch((error: unknown) => (error instanceof FaultError ? error.fault : error));
  const left = environmentsIn(checkout.folders).filter((name) => name !== 'journal.json');
  expect([fault, left, await installedEnvironments(checkout.folders)]).toMatchObject([{ id: 'download-failed', cure: connectNetwork.title }, [], {}]);
});

test('once the cause is gone, trying again is all it takes', async () => {
  const checkout = await installed([newer]);
  useIndexAlone(await deadOrigin());
  await upgrade(checkout);
  const index = await startPackageIndex([newer]);
  useIndexAlone(index.origin);
  const { findings, python } = await setUp(checkout);
  expect([findings, answerOf(python)]).toEqual([[], '43']);
});
