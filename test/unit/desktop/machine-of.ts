import type { HardwareReport } from '../../../main/hardware/model.ts';
import type { Finding } from '../../../main/platform/finding.ts';
import { machine } from '../plan/cards.ts';

/** A small machine; tests say what of it matters to them. */
export function machineOf(differences: Partial<HardwareReport>): HardwareReport {
  return { ...machine(null, []), ...differences };
}

/** A card that failed its check. */
export const finding: Finding = {
  fault: 'launch-failure',
  severity: 'warning',
  title: 'The RTX 3060 failed its check, so Earshot leaves it alone.',
  detail: 'A small computation on it ended with an error.',
  evidence: ['CUDA error 719'],
  remedies: [],
};
