import { restartDelayMs, restartPolicy } from '../../main/services/back-off.ts';
import { pausedCount } from '../../main/telemetry/recovery.ts';
import { inStep } from './in-step.ts';
import { readyLimitMs, withPatient } from './patient.ts';
import { always, within, type Cut, type Promised } from './promised.ts';

/** What the timers and the start of a process may add to a delay. */
const slackMs = 150;
const words = 'the fake model cannot be loaded';

interface Loop {
  readonly starts: number;
  readonly delaysMs: readonly number[];
  readonly failed: boolean;
  readonly reason: string;
}

/** P2: with the product's own policy an engine that keeps ending is given up after the fifth time, and not started a sixth time. */
export async function crashLoops({ loops }: Cut): Promise<readonly Promised[]> {
  const all = await inStep(loops, 8, 400, () => followLoop());
  const expected = loops * (restartPolicy.giveUpAfter - 1);
  return [
    always('P2', 'crash loop: given up after the fifth crash', all.filter(({ starts, failed }) => starts === restartPolicy.giveUpAfter && failed).length, loops),
    always('P2', 'crash loop: the reason is what it said last', all.filter(({ reason }) => reason.includes(words)).length, loops),
    within('P2', 'crash loop: delays of 0.25, 0.5, 1 and 2 s, beyond their 20 %', all.flatMap(({ delaysMs }) => delaysMs.map(beyondJitterMs)), expected, slackMs),
  ];
}

async function followLoop(): Promise<Loop> {
  return withPatient({ policy: restartPolicy, faults: { exitWhileLoading: true } }, async ({ events, snapshot }) => {
    const gaveUp = await events.first('gave-up', 0, readyLimitMs);
    // Time enough for a sixth start after the longest delay so far.
    await new Promise((resolve) => setTimeout(resolve, 2 * restartPolicy.firstDelayMs));
    return {
      starts: events.all().filter(({ event }) => event.kind === 'spawned').length,
      delaysMs: delaysOf(events.all()),
      failed: snapshot().state.kind === 'failed',
      reason: gaveUp.event.reason,
    };
  });
}

/** P2: the delays up to the longest, of an engine that is never given up. It takes a minute and a half, most of it waiting. */
export async function backOff({ faults }: Cut, attempts: number): Promise<readonly Promised[]> {
  const engines = Math.ceil(faults / 10);
  const all = await inStep(engines, engines, 500, () =>
    withPatient({ policy: { ...restartPolicy, giveUpAfter: pausedCount.giveUpAfter }, faults: { exitWhileLoading: true } }, async ({ events }) => {
      let sinceMs = 0;
      for (let attempt = 0; attempt <= attempts; attempt += 1) sinceMs = (await events.first('spawned', sinceMs + 1, 60_000)).atMs;
      return delaysOf(events.all());
    }),
  );
  const longestS = restartDelayMs(restartPolicy, attempts, 0.5) / 1000;
  const beyondMs = all.flatMap((delaysMs) => delaysMs.slice(0, attempts).map(beyondJitterMs));
  return [within('P2', `crash loop: delays of 0.25, doubled up to ${longestS} s, beyond their 20 %`, beyondMs, engines * attempts, slackMs)];
}

/** From each crash that was seen to the start that followed it. */
function delaysOf(told: readonly { readonly atMs: number; readonly event: { readonly kind: string } }[]): readonly number[] {
  const crashes = told.filter(({ event }) => event.kind === 'crashed');
  return crashes.flatMap(({ atMs }) => {
    const start = told.find((one) => one.event.kind === 'spawned' && one.atMs >= atMs);
    return start === undefined ? [] : [start.atMs - atMs];
  });
}

/** How far a delay is from what the policy allows it to be. */
function beyondJitterMs(ms: number, index: number): number {
  const [shortestMs, longestMs] = [0, 1].map((random) => restartDelayMs(restartPolicy, index + 1, random));
  return Math.max(0, (shortestMs ?? 0) - ms, ms - (longestMs ?? 0));
}
