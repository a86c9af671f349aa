import { selfCheck } from './health.ts';
import type { Slot } from './slot.ts';

/** Sleep leaves dead CUDA contexts behind that only a real answer shows; with what follows it, all is well within ten seconds (design, P10). */
const answerWithinMs = 8_000;

/** Lets the process of a service answer once; null when it can or is not there any more, else why it has to be started again. */
export async function checkAfterSleep(slot: Slot): Promise<string | null> {
  const { process, endpoint } = slot;
  if (process === null || endpoint === null) return null;
  const problem = await selfCheck(endpoint, AbortSignal.timeout(answerWithinMs));
  return problem === null || slot.process !== process ? null : `it did not pass its check after the computer had slept: ${problem}`;
}
