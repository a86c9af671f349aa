import { describe, expect, test } from 'vitest';
import type { PlaceFacts } from '../../../main/environment/install-check.ts';
import { isNetworkPath, pathFindings } from '../../../main/environment/install-paths.ts';

const place: PlaceFacts = {
  kind: 'environments',
  folder: 'C:\\Users\\ada\\AppData\\Local\\earshot\\Data\\environments',
  neededBytes: 1,
  purpose: 'the new environment',
  disk: 'one',
  freeBytes: 2,
  writeProblem: null,
  networkFileSystem: null,
};

function at(folder: string, more: Partial<PlaceFacts> = {}): PlaceFacts {
  return { ...place, folder, ...more };
}

/** Severity and title of what is said. */
function said(places: readonly PlaceFacts[], platform: NodeJS.Platform, longPaths = false): readonly string[] {
  return pathFindings(places, platform, longPaths).map(({ severity, title }) => `${severity}: ${title}`);
}

test.each([
  ['win32', 'C:\\Users\\ada\\AppData\\Local\\earshot\\Data\\environments'],
  ['win32', 'D:\\Earshot\\data\\environments'],
  ['linux', '/home/ada/.local/share/earshot/environments'],
  ['linux', '/home/zoë/Musik und Töne/earshot/environments'],
  ['linux', `/home/ada/${'a long name/'.repeat(20)}environments`],
] as const)('%s: nothing is said of %s', (platform, folder) => {
  expect(pathFindings([at(folder)], platform, false)).toEqual([]);
});

describe('Windows', () => {
  test('a path that is too long with what lies below it ends the installation, to the character', () => {
    const longest = `C:\\${'a'.repeat(80)}`;
    expect([longest, `${longest}a`].map((folder) => said([at(folder)], 'win32'))).toEqual([[], ["error: The path of Earshot's folder is too long for Windows."]]);
    expect(pathFindings([at(`${longest}a`)], 'win32', false)[0]).toMatchObject({
      fault: 'path-unsuitable',
      evidence: [`${longest}a (84 characters, 176 more below it)`],
      remedies: [{ id: 'use-other-folder', title: 'Set EARSHOT_HOME to a folder on a disk of this computer, for example C:\\Earshot, and start again.', kind: 'guide' }],
    });
  });

  test('it does not where Windows was set to open such paths', () => {
    expect(said([at(`C:\\${'a'.repeat(200)}`)], 'win32', true)).toEqual([]);
  });

  test('letters beyond ASCII are warned of once, with every folder', () => {
    const folders = ['C:\\Users\\Zoë\\data', 'C:\\Users\\Zoë\\cache'];
    expect(pathFindings(folders.map((folder) => at(folder)), 'win32', false)).toMatchObject([{ severity: 'warning', fault: 'path-unsuitable', evidence: folders }]);
  });

  test.each(['C:\\Users\\ada\\OneDrive\\earshot', 'C:\\Users\\ada\\OneDrive - Company Ltd\\earshot', 'D:\\Dropbox\\earshot'])('%s is copied to an online store', (folder) => {
    expect(said([at(folder)], 'win32')).toEqual(["warning: Earshot's folder is one that is copied to an online store."]);
  });

  test('a name that only begins like that of an online store is left alone', () => {
    expect(said([at('C:\\Users\\ada\\OneDriver\\earshot')], 'win32')).toEqual([]);
  });

  test.each([
    ['\\\\server\\share\\earshot', true],
    ['//server/share/earshot', true],
    ['\\\\?\\UNC\\server\\share', true],
    ['\\\\?\\C:\\earshot', false],
    ['\\\\.\\C:\\earshot', false],
    ['C:\\earshot', false],
  ])('%s is on another computer: %s', (path, remote) => {
    expect(isNetworkPath(path)).toBe(remote);
  });

  test('a folder on another computer is warned of', () => {
    expect(said([at('\\\\server\\share\\earshot')], 'win32')).toEqual(["warning: Earshot's folder is on another computer."]);
  });
});

test('Linux: a network drive is warned of, by its kind', () => {
  expect(pathFindings([at('/mnt/team/earshot', { networkFileSystem: 'NFS' })], 'linux', true)).toMatchObject([
    { severity: 'warning', title: "Earshot's folder is on another computer.", evidence: ['/mnt/team/earshot (NFS)'] },
  ]);
});

test('a folder that cannot be written into ends the installation, and the system’s reason is shown', () => {
  const writeProblem = "EROFS: read-only file system, mkdtemp '/data/.earshot-check-'";
  expect(pathFindings([at('/data', { writeProblem }), at('/data/cache', { writeProblem })], 'linux', true)).toMatchObject([
    { severity: 'error', fault: 'not-writable', evidence: [writeProblem], remedies: [{ id: 'allow-writing' }, { id: 'try-again' }] },
  ]);
});
