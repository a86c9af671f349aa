import { createAlarm } from './alarm.ts';
import type { ServiceLife } from './service-life.ts';

/** From TERM to KILL (design, P3). The shim does the same to its child; ours reaches a shim that is stopped itself. */
export const endWithinMs = 5_000;
/** After a sleep everything is well again within ten seconds (P10), eight of which a check that failed may have taken. */
export const endAfterCheckWithinMs = 1_000;

/** A quit takes five seconds at most (P5): what needs others is given two of them, and all together four before they are killed. */
const needyWithinMs = 2_200;
const allWithinMs = 4_000;
/** A process within a call to the kernel that does not return, as a card's driver may leave it, cannot be killed. It is not waited for. */
const goneAfterKillMs = 600;

/** Ends everything: first what needs others, then what it needed, which know nothing of each other and end together. */
export async function endInOrder(lives: readonly ServiceLife[]): Promise<void> {
  const beganMs = performance.now();
  for (const [needy, withinMs] of [[true, needyWithinMs], [false, allWithinMs]] as const) {
    const ending = lives.filter(({ slot }) => slot.service.needs.length > 0 === needy);
    const killAfterMs = withinMs - (performance.now() - beganMs);
    const gone = ending.flatMap(({ slot: { process } }) => (process === null ? [] : [process.exited]));
    for (const life of ending) {
      life.handle({ kind: 'stop' });
      // Also for one that hangs already and was given longer.
      if (life.slot.process !== null) life.endWithin(killAfterMs);
    }
    await settledWithin(Promise.all(gone), killAfterMs + goneAfterKillMs);
  }
}

async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  const alarm = createAlarm();
  const limit = new Promise<void>((resolve) => {
    alarm.set(limitMs, resolve);
  });
  await Promise.race([work, limit]);
  alarm.clear();
}
