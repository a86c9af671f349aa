import { awaitsCard, type CardSigns } from '../../hardware/awaited-card.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import type { Finding } from '../../platform/finding.ts';
import { absentCardFinding, anyCard, patienceFor, waitSentence, type WaitedInVain } from '../card-wait.ts';

export interface AwaitCardOptions {
  readonly probe: () => Promise<HardwareReport>;
  /** What speaks for a card; asked only where none answers. */
  readonly signs: () => Promise<CardSigns>;
  /** Rejects when the person no longer wants to wait. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly inVain: WaitedInVain;
  readonly say: (line: string) => void;
}

export interface Awaited {
  readonly hardware: HardwareReport;
  /** Why the machine is taken without its card; null where nothing is missing. */
  readonly finding: Finding | null;
  /** Whether all patience was spent on a card that did not come. */
  readonly inVain: boolean;
}

/**
 * Looks at the machine, and again for a while where a card should be that does not answer yet: after a cold start the
 * driver needs up to half a minute. A machine without a card, or without a driver, is taken as it is at once.
 */
export async function awaitCard({ probe, signs, sleep, inVain, say }: AwaitCardOptions): Promise<Awaited> {
  const policy = patienceFor(null, inVain);
  let hardware = await probe();
  for (let tries = 1; ; tries += 1) {
    const seen = awaitsCard(hardware, { program: true, present: true, remembered: true }) ? await signs() : null;
    if (seen === null || !awaitsCard(hardware, seen)) return { hardware, finding: null, inVain: false };
    if (tries >= policy.tries) {
      // One that nothing but our memory speaks for, and that has been waited for, was taken out.
      const isGone = !seen.present && policy.tries === 1;
      return { hardware, finding: isGone ? null : absentCardFinding(hardware, tries), inVain: true };
    }
    if (tries === 1) say(waitSentence(anyCard, policy));
    await sleep(policy.pauseMs);
    hardware = await probe();
  }
}
