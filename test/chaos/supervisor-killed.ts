import { build } from 'esbuild';
import { execa, type ExecaChildProcess } from 'execa';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { processStart } from '../../main/platform/process-identity.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { inStep } from './in-step.ts';
import { carriersOf, goneAfterMs, newMark, type Mark } from './marked.ts';
import { always, within, type Cut, type Promised } from './promised.ts';

/** Each begins with four engines that load at the same time. */
const lanes = 2;
const apartMs = 600;
const told = z.object({ pids: z.array(z.int()), reaped: z.array(z.int()) });

interface Victim {
  readonly child: ExecaChildProcess;
  readonly mark: Mark;
  readonly pids: readonly number[];
  readonly reaped: readonly number[];
}

type Start = (home: string, leaders: readonly number[]) => Promise<Victim>;

/** P4: the supervisor is killed with -9; whatever it had started is gone, and what might be left is recognised by more than its number. */
export async function killedSupervisors({ faults }: Cut): Promise<readonly Promised[]> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-chaos-'));
  try {
    const start = await buildVictim(folder);
    const killed = await inStep(faults, lanes, apartMs, async (lane) => {
      const { child, mark, pids, reaped } = await start(join(folder, `home-${lane}`), []);
      const marked = carriersOf(mark, pids).length;
      if (marked !== pids.length) throw new Error(`${marked} of ${pids.length} processes carry the mark: whether they are gone could not be told`);
      child.kill('SIGKILL');
      const gone = await goneAfterMs(mark, pids);
      await child;
      return { ...gone, reaped: reaped.length };
    });
    return [
      within('P4', 'supervisor of four killed: every process gone', killed.map(({ ms }) => ms), faults, 1_000),
      always('P4', 'supervisor of four killed: nothing left of it', killed.filter(({ left, reaped }) => left === 0 && reaped === 0).length, faults),
      ...(await leftovers(start, folder, Math.ceil(faults / 10))),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function buildVictim(folder: string): Promise<Start> {
  const program = join(folder, 'supervisor.cjs');
  await build({ entryPoints: [join(import.meta.dirname, 'supervisor-to-kill.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error', external: ['bufferutil', 'utf-8-validate'] });
  const python = await developerPython();
  return async (home, leaders) => {
    const mark = newMark();
    await mkdir(join(home, 'data'), { recursive: true });
    const child = execa(process.execPath, [program, repository, home, python, mark.value, ...leaders.map(String)], { stdin: 'ignore', reject: false });
    if (child.stdout === null) throw new Error('it has no output');
    for await (const line of createInterface({ input: child.stdout })) return { child, mark, ...told.parse(JSON.parse(line)) };
    throw new Error((await child).stderr);
  };
}

/**
 * What a killed supervisor left behind (as if neither shim nor kernel had seen to it): a process that is written down as its
 * own is ended at the next start; one that only has the number of one that was, never.
 */
async function leftovers(start: Start, folder: string, times: number): Promise<readonly Promised[]> {
  const outcomes = await inStep(times, 1, 0, async (_lane, time) => {
    const home = join(folder, `leftovers-${time}`);
    const [ours, stranger] = [leaveBehind(), leaveBehind()];
    try {
      const first = await start(home, [ours.pid ?? 0, stranger.pid ?? 0]);
      first.child.kill('SIGKILL');
      await goneAfterMs(first.mark, first.pids);
      await first.child;
      await makeStranger(home, stranger.pid ?? 0);
      const next = await start(home, []);
      next.child.kill('SIGKILL');
      await goneAfterMs(next.mark, next.pids);
      return { ended: isGone(ours) && next.reaped.includes(ours.pid ?? 0), spared: !isGone(stranger) && !next.reaped.includes(stranger.pid ?? 0) };
    } finally {
      for (const each of [ours, stranger]) each.kill('SIGKILL');
    }
  });
  return [
    always('P4', 'left behind and written down: ended at the next start', outcomes.filter(({ ended }) => ended).length, times),
    always('P4', 'somebody else’s, with a number that was written down: never touched', outcomes.filter(({ spared }) => spared).length, times),
  ];
}

/** A process that leads a group of its own, as a shim does. */
function leaveBehind(): ExecaChildProcess {
  return execa('sleep', ['600'], { detached: true, stdin: 'ignore', reject: false });
}

function isGone({ pid }: ExecaChildProcess): boolean {
  return processStart(pid ?? 0) === null;
}

/** Rewrites what was noted of a process: it was started a moment later, so it is another one. */
async function makeStranger(home: string, pid: number): Promise<void> {
  const runs = join(home, 'data', 'run');
  for (const run of await readdir(runs)) {
    const path = join(runs, run, 'processes.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(new RegExp(`("pid":${pid},"start":")\\d+"`), (_all, before: string) => `${before}1"`));
  }
}
