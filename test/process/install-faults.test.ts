import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { install } from '../../main/environment/io/install.ts';
import type { Installation } from '../../main/environment/model.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { FaultError } from '../../main/platform/fault.ts';
import type { Finding } from '../../main/platform/finding.ts';
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

/** The product's own installation of the environment that a checkout has locked. */
function setUp({ root, folders }: Checkout): Promise<Installation> {
  return install({
    plan: emptyPlan,
    isRequired: () => true,
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

function told({ fault, severity, remedies }: Finding): unknown {
  return { fault, severity, remedies: remedies.map(({ id }) => id) };
}

/** What is told of the fault, what is answered with what the installation leaves, and whether anything else has changed. */
async function upgrade(checkout: Checkout): Promise<unknown> {
  const before = everythingIn(checkout);
  const { findings, python } = await setUp(checkout);
  expect(everythingIn(checkout)).toEqual(before);
  return { findings: findings.map(told), answer: answerOf(python) };
}

/** The one that a person is told, while the environment before answers as before. */
function onlyTold(fault: string, ...remedies: readonly string[]): unknown {
  return { findings: [{ fault, severity: 'error', remedies }], answer: '42' };
}

test('disk full: said with how to free some, and the environment before stays', async (context) => {
  const checkout = await installed([large]);
  const index = await startPackageIndex([large]);
  useIndexAlone(index.origin);
  const folders = { ...checkout.folders, cache: oneMebibyteDisk(context) };
  expect(await upgrade({ ...checkout, folders })).toEqual(onlyTold('disk-full', 'free-disk-space', 'try-again'));
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

test('where nothing was there before, the same is said and nothing is left that counts', async () => {
  useIndexAlone(await deadOrigin());
  const checkout = await smallCheckout();
  const fault = await setUp(checkout).catch((error: unknown) => (error instanceof FaultError ? error.fault : error));
  expect([fault, environmentsIn(checkout.folders).filter((name) => name !== 'journal.json')]).toMatchObject([
    { id: 'download-failed', title: 'No network. Still missing: the Python packages of the voice stack.' },
    [],
  ]);
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
