import { setTimeout as sleep } from 'node:timers/promises';
import { inStep } from './in-step.ts';
import { goneAfterMs } from './marked.ts';
import { readyLimitMs, withPatient, type Patient } from './patient.ts';
import { always, within, type Cut, type Promised } from './promised.ts';

/** A hang is waiting for the most part, twelve seconds of it: so many wait side by side, and few enough load at the same time. */
const lanes = 45;
const apartMs = 300;
const beatMs = 2_000;

interface Manner {
  readonly title: string;
  readonly hang: (patient: Patient, time: number) => Promise<void>;
}

const manners: readonly Manner[] = [
  {
    title: 'stopped (SIGSTOP)',
    hang: ({ pids }, time) => {
      const { engine, shim } = pids();
      // Every other time the shim cannot hear of anything either.
      process.kill(time % 2 === 0 ? engine : -shim, 'SIGSTOP');
      return Promise.resolve();
    },
  },
  { title: 'holding the interpreter lock', hang: ({ plant }) => plant({ kind: 'hold-gil' }) },
  { title: 'saying garbage instead of beats', hang: ({ plant }) => plant({ kind: 'garbage', where: 'stdout' }) },
];

interface Hung {
  readonly noticedMs: number;
  readonly backMs: number;
  readonly coldLoadMs: number;
  readonly left: number;
}

/** P3: an engine that gives no sign of life, in three ways at once, so that the waiting is done side by side. */
export async function hungFakes({ faults }: Cut): Promise<readonly Promised[]> {
  const times = faults * manners.length;
  const all = await inStep(times, lanes, apartMs, (_lane, time) => withPatient({}, (patient) => hang(patient, manners[time % manners.length] ?? never(), time)));
  return manners.flatMap(({ title }, index) => {
    const hung = all.filter((_one, time) => time % manners.length === index);
    return [
      within('P3', `fake engine ${title}: noticed`, hung.map(({ noticedMs }) => noticedMs), faults, 7_000),
      within('P3', `fake engine ${title}: back, beyond its cold load`, hung.map(({ backMs, coldLoadMs }) => backMs - coldLoadMs), faults, 12_000),
      always('P4', `fake engine ${title}: nothing left of the one that hung`, hung.filter(({ left }) => left === 0).length, faults),
    ];
  });
}

async function hang(patient: Patient, manner: Manner, time: number): Promise<Hung> {
  const { events, pids, mark, coldLoadMs } = patient;
  // At any moment between two beats.
  await sleep((time * 617) % beatMs);
  const before = pids();
  const atMs = performance.now();
  await manner.hang(patient, Math.floor(time / manners.length));
  const noticed = await events.first('state', atMs, readyLimitMs, ({ to }) => to === 'stopping' || to === 'backing-off');
  const ready = await events.first('ready', atMs, readyLimitMs);
  const { left } = await goneAfterMs(mark, [before.engine, before.shim]);
  return { noticedMs: noticed.atMs - atMs, backMs: ready.atMs - atMs, coldLoadMs, left: left - 2 };
}

function never(): never {
  throw new Error('there is no such manner');
}
