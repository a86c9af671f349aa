import { hasAnsweringCard } from '../hardware/awaited-card.ts';
import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Finding } from '../platform/finding.ts';
import { isNotReady, preflightPolicy, type PreflightAnswer, type PreflightPolicy } from './preflight.ts';

/** Graphics cards that were waited for in vain at an earlier start, by uuid; null stands for "no card at all". */
export type WaitedInVain = ReadonlySet<string | null>;

/** A card that was waited for in vain is asked once at each start and then in the background: half a minute lost once is enough. */
export function patienceFor(card: string | null, inVain: WaitedInVain): PreflightPolicy {
  return inVain.has(card) ? { ...preflightPolicy, tries: 1 } : preflightPolicy;
}

export interface SeenCards {
  /** Whether all patience was spent on any card at all. */
  readonly inVain: boolean;
  /** Whether one has told what it is. */
  readonly answered: boolean;
  /** Those that were checked, with the answer that each failed with. */
  readonly checked: readonly { readonly uuid: string; readonly failure: PreflightAnswer | null }[];
}

/** What is remembered after a start: a card that was ready is forgotten, one that was not is added. */
export function waitedAfter(before: WaitedInVain, { inVain, answered, checked }: SeenCards): WaitedInVain {
  const after = new Set(before);
  if (inVain) after.add(null);
  if (answered) after.delete(null);
  for (const { uuid, failure } of checked) {
    if (failure !== null && isNotReady(failure, uuid)) after.add(uuid);
    else after.delete(uuid);
  }
  return after;
}

/** Said once before a wait: what Earshot does and for how long. */
export function waitSentence(name: string, { tries, pauseMs }: PreflightPolicy): string {
  const seconds = Math.round(((tries - 1) * pauseMs) / 1_000);
  return `${name} is not ready yet, as happens just after a computer was switched on: Earshot asks again for up to ${seconds} s and then starts without it.`;
}

/** What a wait for any card is called in sentences. */
export const anyCard = 'The NVIDIA graphics card';

/** No card has answered at a start, though one should be there. */
export function absentCardFinding(hardware: HardwareReport, tries: number): Finding {
  const named = silentCard(hardware);
  const after = tries === 1 ? '' : `, even after ${tries} tries`;
  return {
    fault: hardware.driver === null ? 'cuda-init-failed' : 'no-cuda-device',
    severity: 'warning',
    title: `The ${named?.name ?? 'NVIDIA graphics card'} does not answer${after}, so Earshot works without it for now.`,
    detail: 'Its driver is installed, but has not finished starting or does not find the card. Earshot goes on asking in the background and uses the card once it answers.',
    evidence: [...hardware.warnings, `tries: ${tries}`],
    remedies: [
      { id: 'restart-computer', title: 'Restart the computer if the card is still missing in a few minutes.', kind: 'guide' },
      { id: 'install-driver', title: "Install the manufacturer's driver for this graphics card again if a restart does not help.", kind: 'guide' },
    ],
  };
}

/** The card of NVIDIA's that the system names and the driver does not. */
function silentCard(hardware: HardwareReport): Gpu | undefined {
  return hasAnsweringCard(hardware) ? undefined : hardware.gpus.find(({ vendor, virtual }) => vendor === 'NVIDIA' && !virtual);
}
