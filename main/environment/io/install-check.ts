import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readExtraCertificates } from '../../platform/extra-certificates.ts';
import type { Finding } from '../../platform/finding.ts';
import { errorMessage } from '../../platform/text.ts';
import { saysDiskFull } from '../download-failure.ts';
import { judgeInstallation, type Place, type PlaceFacts } from '../install-check.ts';
import type { NetworkFacts } from '../install-network.ts';
import { badProxies } from '../install-proxies.ts';
import { askIndex, networkSeams, type NetworkSeams } from './ask-index.ts';
import { runTool } from './run-tool.ts';

export interface InstallationInput {
  /** Folders that will be filled, and with how much. */
  readonly places: readonly Place[];
  /** Indexes that will be asked, as far as they are known (see `knownIndexes`); null when nothing has to be fetched. */
  readonly indexes: readonly string[] | null;
  readonly environment: NodeJS.ProcessEnv;
  /** When this Earshot was built; null when nobody knows. */
  readonly builtAt: Date | null;
}

export interface Disk {
  /** Same for folders that share their free bytes. */
  readonly id: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Number of the kind of file system (Linux: statfs(2)). */
  readonly type: number;
}

export interface CheckSeams extends NetworkSeams {
  readonly platform: NodeJS.Platform;
  readonly now: () => Date;
  readonly diskOf: (folder: string) => Promise<Disk>;
  readonly longPaths: () => Promise<boolean>;
}

const realSeams: CheckSeams = { ...networkSeams, platform: process.platform, now: () => new Date(), diskOf: realDisk, longPaths };

/** Linux's numbers of file systems that live on another computer. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);

/** Looks for what would make an installation fail, before its first byte; errors come first. Asks the network only when something has to be fetched. */
export async function checkInstallation(input: InstallationInput, given: Partial<CheckSeams> = {}): Promise<readonly Finding[]> {
  const seams = { ...realSeams, ...given };
  const { platform } = seams;
  const [places, network, long] = await Promise.all([
    Promise.all(input.places.map((place) => placeFacts(place, seams))),
    networkFacts(input, seams),
    platform === 'win32' ? seams.longPaths() : true,
  ]);
  return judgeInstallation({ platform, places, network, longPaths: long });
}

async function placeFacts(place: Place, { diskOf, platform }: CheckSeams): Promise<PlaceFacts> {
  const existing = await existingAbove(place.folder);
  const disk = await diskOf(existing);
  const problem = await writeProblem(existing);
  const full = problem !== null && saysDiskFull(problem);
  return {
    ...place,
    disk: disk.id,
    // Some file systems of programs and of networks say nothing at all.
    freeBytes: full ? 0 : disk.totalBytes === 0 ? null : disk.freeBytes,
    writeProblem: full ? null : problem,
    networkFileSystem: platform === 'linux' ? (networkFileSystems.get(disk.type >>> 0) ?? null) : null,
  };
}

async function networkFacts({ indexes, environment, builtAt }: InstallationInput, seams: CheckSeams): Promise<NetworkFacts | null> {
  if (indexes === null) return null;
  const now = seams.now();
  const asked = (await Promise.all(indexes.map((url) => askIndex(url, environment, seams)))).flatMap((index) => index ?? []);
  return {
    platform: seams.platform,
    indexes: asked,
    badProxies: badProxies(environment),
    certificateFiles: readExtraCertificates(environment).problems,
    now,
    builtAt,
    serverDate: asked.find(({ serverDate }) => serverDate !== null)?.serverDate ?? null,
  };
}

async function existingAbove(folder: string): Promise<string> {
  let candidate = folder;
  while (candidate !== dirname(candidate)) {
    const found = await stat(candidate).catch(() => null);
    if (found !== null) return candidate;
    candidate = dirname(candidate);
  }
  return candidate;
}

/** Tries it: access rights alone know neither read-only disks, nor Windows' lists, nor quotas. */
async function writeProblem(folder: string): Promise<string | null> {
  try {
    await rmdir(await mkdtemp(join(folder, '.earshot-check-')));
    return null;
  } catch (error) {
    return errorMessage(error);
  }
}

async function realDisk(folder: string): Promise<Disk> {
  const [{ bavail, bsize, blocks, type }, { dev }] = await Promise.all([statfs(folder), stat(folder)]);
  return { id: String(dev), freeBytes: bavail * bsize, totalBytes: blocks * bsize, type };
}

/** Whether Windows was set to open paths of more than 260 characters. (Read, not run.) */
async function longPaths(): Promise<boolean> {
  const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem';
  const { ok, stdout } = await runTool('reg', ['query', key, '/v', 'LongPathsEnabled'], { env: { SYSTEMROOT: process.env['SYSTEMROOT'] ?? '', PATH: process.env['PATH'] ?? '' } });
  return ok && /LongPathsEnabled\s+REG_DWORD\s+0x1\b/.test(stdout);
}
