import { inStep } from './in-step.ts';
import { readyLimitMs, withPatient, type Patient } from './patient.ts';
import { within, type Cut, type Promised } from './promised.ts';

const lanes = 4;
const apartMs = 250;
/** What an engine of this part may take to get ready; the product's own budgets are minutes. */
const budgetMs = 3_000;

interface NotStarted {
  readonly shownMs: number;
  readonly respawnedMs: number;
}

/** P1: engines that end while they load, and such that never say that they are ready. */
export async function fakesThatDoNotStart({ faults }: Cut): Promise<readonly Promised[]> {
  const exits = await inStep(faults, lanes, apartMs, () => withPatient({ faults: { exitWhileLoading: true, loadS: 0.2 } }, exitWhileLoading));
  const garbage = await inStep(faults, 4 * lanes, apartMs, () => withPatient({ faults: { garbage: 'health' }, startBudgetMs: budgetMs }, neverReady));
  return [
    within('P1', 'fake engine ends while it loads: shown after its last words', exits.map(({ shownMs }) => shownMs), faults, 250),
    within('P1', 'fake engine ends while it loads: started again', exits.map(({ respawnedMs }) => respawnedMs), faults, 1_000),
    within('P1', 'fake engine answers garbage: given up for this start, beyond its budget', garbage.map(({ shownMs }) => shownMs), faults, 250),
    within('P1', 'fake engine answers garbage: started again', garbage.map(({ respawnedMs }) => respawnedMs), faults, 1_000),
  ];
}

async function exitWhileLoading({ events, prepare, lastWordsMs }: Patient): Promise<NotStarted> {
  const crashed = await events.first('crashed', 0, readyLimitMs);
  const endedMs = lastWordsMs();
  prepare({});
  const spawned = await events.first('spawned', crashed.atMs, readyLimitMs);
  await events.first('ready', spawned.atMs, readyLimitMs);
  return { shownMs: crashed.atMs - endedMs, respawnedMs: spawned.atMs - endedMs };
}

async function neverReady({ events, prepare }: Patient): Promise<NotStarted> {
  const first = await events.first('spawned', 0, readyLimitMs);
  const crashed = await events.first('crashed', 0, readyLimitMs);
  prepare({});
  const spawned = await events.first('spawned', crashed.atMs, readyLimitMs);
  await events.first('ready', spawned.atMs, readyLimitMs);
  return { shownMs: crashed.atMs - first.atMs - budgetMs, respawnedMs: spawned.atMs - crashed.atMs };
}
