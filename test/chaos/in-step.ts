import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does `work` so many times: `lanes` at a time, each begun `apartMs` after the one before, so that what they start does not
 * wait for the same two cores. Results come in order; what was thrown is thrown once all have ended.
 */
export async function inStep<T>(times: number, lanes: number, apartMs: number, work: (lane: number, time: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  const failures: unknown[] = [];
  let begun = 0;
  async function walk(lane: number): Promise<void> {
    await sleep(lane * apartMs);
    while (begun < times && failures.length === 0) {
      const time = begun;
      begun += 1;
      try {
        results[time] = await work(lane, time);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, times) }, (_none, lane) => walk(lane)));
  if (failures.length > 0) throw failures[0];
  return results;
}
