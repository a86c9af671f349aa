import { inStep } from './in-step.ts';
import { goneAfterMs } from './marked.ts';
import { readyLimitMs, withPatient, type Patient } from './patient.ts';
import { always, within, type Cut, type Promised } from './promised.ts';

/** So few that each has its share of the cores while it loads. */
const lanes = 4;
const apartMs = 250;

interface Killed {
  readonly shownMs: number;
  readonly respawnedMs: number;
  readonly readyMs: number;
  readonly coldLoadMs: number;
  readonly left: number;
}

/** P1: the engine, or every fifth time the shim before it, is killed with -9. */
export async function killedFakes({ faults }: Cut): Promise<readonly Promised[]> {
  const killed = (await inStep(lanes, lanes, apartMs, (lane) => withPatient({}, (patient) => killAgainAndAgain(patient, timesOfLane(faults, lane))))).flat();
  return [
    within('P1', 'fake engine killed: shown', killed.map(({ shownMs }) => shownMs), faults, 250),
    within('P1', 'fake engine killed: started again', killed.map(({ respawnedMs }) => respawnedMs), faults, 1_000),
    within('P1', 'fake engine killed: ready, beyond its cold load', killed.map(({ readyMs, coldLoadMs }) => readyMs - coldLoadMs), faults, 1_000),
    always('P4', 'fake engine killed: nothing of the old one left when the new one is ready', killed.filter(({ left }) => left === 0).length, faults),
  ];
}

function timesOfLane(times: number, lane: number): number {
  return Math.floor(times / lanes) + (lane < times % lanes ? 1 : 0);
}

async function killAgainAndAgain(patient: Patient, times: number): Promise<readonly Killed[]> {
  const all: Killed[] = [];
  for (let time = 0; time < times; time += 1) all.push(await kill(patient, time % 5 === 4 ? 'shim' : 'engine'));
  return all;
}

async function kill({ events, pids, mark, coldLoadMs }: Patient, whom: 'engine' | 'shim'): Promise<Killed> {
  const before = pids();
  const atMs = performance.now();
  process.kill(before[whom], 'SIGKILL');
  const shown = await events.first('state', atMs, readyLimitMs, ({ from, to }) => from === 'ready' && to !== 'ready');
  const respawned = await events.first('spawned', atMs, readyLimitMs);
  const ready = await events.first('ready', atMs, readyLimitMs);
  const { left } = await goneAfterMs(mark, [before.engine, before.shim]);
  return {
    shownMs: shown.atMs - atMs,
    respawnedMs: respawned.atMs - atMs,
    readyMs: ready.atMs - atMs,
    coldLoadMs,
    // The new engine and its shim carry the mark as well.
    left: left - 2,
  };
}
