import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkInstallation, type CheckSeams, type Disk, type InstallationInput } from '../../../../main/environment/io/install-check.ts';
import type { Place } from '../../../../main/environment/install-check.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const mebibyte = 1024 ** 2;

function place(folder: string, neededBytes = 0): Place {
  return { kind: 'environments', folder, neededBytes, purpose: 'the new environment' };
}

function diskLike(disk: Partial<Disk>): CheckSeams['diskOf'] {
  return () => Promise.resolve({ id: 'one', freeBytes: 1, totalBytes: 1, type: 0, ...disk });
}

async function check(places: readonly Place[], input: Partial<InstallationInput> = {}, seams: Partial<CheckSeams> = {}): Promise<readonly string[]> {
  const findings = await checkInstallation({ places, indexes: null, environment: {}, builtAt: null, ...input }, seams);
  return findings.map(({ severity, fault, title }) => `${severity} ${fault}: ${title}`);
}

test('this very computer, as it is set up, is fit for an installation', async () => {
  const folder = join(temporaryFolder(), 'not', 'yet');
  expect(await check([place(folder, mebibyte)], { indexes: [], environment: process.env, builtAt: new Date() })).toEqual([]);
});

test('looking leaves nothing behind', async () => {
  const folder = temporaryFolder();
  await check([place(folder), place(join(folder, 'not', 'yet'))]);
  expect(readdirSync(folder)).toEqual([]);
});

describe('a disk', () => {
  test('that has no room for what is needed, in folders not made yet, is an error', async (context) => {
    const disk = oneMebibyteDisk(context);
    const here = temporaryFolder();
    const fits = await check([place(join(disk, 'data'), mebibyte / 2), place(here, 10 * mebibyte)]);
    const tooMuch = await check([place(join(disk, 'data'), mebibyte / 2), place(join(disk, 'cache'), mebibyte), place(here, 10 * mebibyte)]);
    expect([fits, tooMuch]).toEqual([[], ['error disk-full: There is not enough room on the disk: 1.5 MiB are needed, 1.0 MiB are free.']]);
  });

  test('that is mounted to be read only is an error', async (context) => {
    const disk = oneMebibyteDisk(context);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await check([place(join(disk, 'data'))])).toEqual(['error not-writable: Earshot may not write into its own folder.']);
  });

  test.each([
    [0x6969, 'NFS'],
    // As Node gives it where the number is read with its sign.
    [0xff534d42 | 0, 'SMB'],
    [0x01021997, '9p'],
  ])('of another computer (%i) is warned of as %s', async (type, name) => {
    const folder = temporaryFolder();
    const diskOf = diskLike({ type });
    const findings = await checkInstallation({ places: [place(folder)], indexes: null, environment: {}, builtAt: null }, { diskOf, platform: 'linux' });
    expect(findings).toMatchObject([{ severity: 'warning', fault: 'path-unsuitable', evidence: [`${folder} (${name})`] }]);
  });

  test('that says nothing of its size is believed to have room', async () => {
    expect(await check([place(temporaryFolder(), mebibyte)], {}, { diskOf: diskLike({ freeBytes: 0, totalBytes: 0 }) })).toEqual([]);
  });
});

test('a folder of somebody else is an error', async (context) => {
  if (process.getuid?.() === 0) {
    // Root may write everywhere; what stops it too is a file where the folder should be.
    const folder = join(temporaryFolder(), 'file');
    execFileSync('touch', [folder]);
    expect(await check([place(folder)])).toEqual(['error not-writable: Earshot may not write into its own folder.']);
    return;
  }
  const folder = join(temporaryFolder(), 'theirs');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  context.onTestFinished(() => {
    chmodSync(folder, 0o700);
  });
  expect(await check([place(folder)])).toEqual(['error not-writable: Earshot may not write into its own folder.']);
});

test('Windows is asked whether it opens long paths', async () => {
  const folder = join(temporaryFolder(), 'a'.repeat(120));
  const asked = [false, true].map((answer) => check([place(folder)], {}, { platform: 'win32', longPaths: () => Promise.resolve(answer) }));
  expect(await Promise.all(asked)).toEqual([["error path-unsuitable: The path of Earshot's folder is too long for Windows."], []]);
});

describe('the network', () => {
  test('is not touched when nothing has to be fetched', async () => {
    const index = await startWebServer((_request, response) => response.writeHead(503).end());
    const environment = { HTTPS_PROXY: '://nonsense', SSL_CERT_FILE: '/not/there.pem', UV_DEFAULT_INDEX: index.origin };
    expect([await check([place(temporaryFolder())], { environment }), index.requests]).toEqual([[], []]);
  });

  test('is asked once for each index', async () => {
    const index = await startWebServer((_request, response) => response.end());
    expect([await check([], { indexes: [`${index.origin}/simple`] }), index.requests]).toEqual([[], ['/simple']]);
  });

  test('that is away is an error', async () => {
    expect(await check([], { indexes: [await deadOrigin()] })).toEqual(['error download-failed: No network. Still missing: the packages Earshot needs.']);
  });

  test('settings of it that cannot be used are told beside what they cause', async () => {
    const environment = { HTTPS_PROXY: '://nonsense', SSL_CERT_FILE: '/not/there.pem', NODE_EXTRA_CA_CERTS: '/not/there.pem' };
    expect(await check([], { indexes: [], environment })).toEqual([
      'error proxy-or-tls: The file with the certificates to trust cannot be used: it does not exist.',
      'warning proxy-or-tls: The file with the certificates to trust cannot be used: it does not exist.',
      'warning proxy-or-tls: The address of the proxy cannot be understood, so some downloads go without it.',
    ]);
  });
});
