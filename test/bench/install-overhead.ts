/**
 * What our installation of a torch environment costs over plain uv with the same lock, side by side in one run:
 * `tsx test/bench/install-overhead.ts [--cold] [--rounds N]`. Warm: both from one cache that has everything. Cold: each
 * fetches 2.9 GiB into an empty cache of its own.
 */
import { execa } from 'execa';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { installedUv } from '../../main/environment/io/uv.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { testHome } from '../setup/cache.ts';
import { repository } from '../setup/prepare.ts';

const environment = { id: 'torch-cu124', torch: '2.5.1' };
const lock = join(repository, 'python', 'locks', `${environment.id}.linux.txt`);
const ownAnswer = z.object({ searchMs: z.number(), installMs: z.number() });

export interface InstallOverhead {
  readonly cache: 'warm' | 'cold';
  readonly plainMs: readonly number[];
  readonly earshotMs: readonly number[];
  /** Part of `earshotMs`: finding the lock and a Python, as plain uv has to find one. */
  readonly searchMs: readonly number[];
  /** Median of ours over median of plain. */
  readonly ratio: number;
  readonly goal: 1.1;
  readonly ok: boolean;
}

export interface OverheadOptions {
  readonly cold?: boolean;
  readonly rounds?: number;
  /** A uv cache to start from that has the packages already; without it the first, uncounted round fills one. */
  readonly cacheFolder?: string;
}

/** Alternating, because the disk is busier after a round than before it. */
export async function measureInstallOverhead({ cold = false, rounds = cold ? 1 : 3, cacheFolder }: OverheadOptions = {}): Promise<InstallOverhead> {
  const scratch = await mkdtemp(join(tmpdir(), 'earshot-overhead-'));
  const plainMs: number[] = [];
  const earshotMs: number[] = [];
  const searchMs: number[] = [];
  try {
    const home = await homeWithUv(scratch);
    const cache = join(userFolders({ EARSHOT_HOME: home }).cache, 'uv');
    const plainCache = cold ? join(scratch, 'plain-cache') : cache;
    if (!cold && cacheFolder !== undefined) {
      await mkdir(join(cache, '..'), { recursive: true });
      await symlink(cacheFolder, cache);
    }
    async function empty(folder: string): Promise<void> {
      if (cold) await rm(folder, { recursive: true, force: true });
    }
    async function ours(): Promise<void> {
      await empty(cache);
      const answer = await withEarshot(home);
      earshotMs.push(answer.searchMs + answer.installMs);
      searchMs.push(answer.searchMs);
    }
    async function plain(): Promise<void> {
      await empty(plainCache);
      plainMs.push(await withPlainUv(scratch, plainCache));
    }
    // Which Python both take, and a full cache for what is measured warm.
    if (!cold) await withEarshot(home);
    for (let round = 0; round < rounds; round += 1) {
      for (const install of round % 2 === 0 ? [plain, ours] : [ours, plain]) {
        // What the round before left to be written would be paid for by this one: 5.7 GB of it where the cache was cold.
        await execa('sync');
        await install();
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const ratio = median(earshotMs) / median(plainMs);
  return { cache: cold ? 'cold' : 'warm', plainMs, earshotMs, searchMs, ratio, goal: 1.1, ok: ratio <= 1.1 };
}

/** An Earshot home that has nothing but the uv of the tests. */
async function homeWithUv(scratch: string): Promise<string> {
  const home = join(scratch, 'home');
  const { data } = userFolders({ EARSHOT_HOME: home });
  await mkdir(data, { recursive: true });
  await symlink(join(userFolders({ EARSHOT_HOME: testHome }).data, 'tools'), join(data, 'tools'));
  return home;
}

async function withEarshot(home: string): Promise<z.infer<typeof ownAnswer>> {
  const { data } = userFolders({ EARSHOT_HOME: home });
  const script = join(import.meta.dirname, 'install-with-earshot.ts');
  const { stdout } = await execa('npx', ['tsx', script, environment.id, environment.torch], { cwd: repository, env: { EARSHOT_HOME: home }, preferLocal: true });
  await rm(join(data, 'environments'), { recursive: true, force: true });
  return ownAnswer.parse(JSON.parse(stdout));
}

/** What a person types who installs the same by hand; without --no-deps uv would look every dependency up again, and be slower. */
async function withPlainUv(scratch: string, cache: string): Promise<number> {
  const uv = await plainUv();
  const folder = join(scratch, 'plain');
  const env = { UV_CACHE_DIR: cache, UV_NO_PROJECT: '1' };
  const startedMs = performance.now();
  await execa(uv, ['venv', '--quiet', '--python', '3.11', folder], { env });
  await execa(uv, ['pip', 'install', '--quiet', '--python', folder, '--no-deps', '--require-hashes', '-r', lock], { env });
  const durationMs = performance.now() - startedMs;
  await rm(folder, { recursive: true, force: true });
  return durationMs;
}

async function plainUv(): Promise<string> {
  const folders = userFolders({ EARSHOT_HOME: testHome });
  const known = await installedUv(folders, repository);
  if (known === null) throw new Error('the tests’ home has no uv: run the unit tests once');
  return join(folders.data, 'tools', `uv-${known.version}`, 'bin', 'uv');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { cold: { type: 'boolean' }, rounds: { type: 'string' }, cache: { type: 'string' } } });
  const figures = await measureInstallOverhead({
    ...(values.cold === undefined ? {} : { cold: values.cold }),
    ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }),
    ...(values.cache === undefined ? {} : { cacheFolder: values.cache }),
  });
  console.log(figures);
}
