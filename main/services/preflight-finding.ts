import type { FaultId } from '../platform/fault.ts';
import type { Finding, Remedy } from '../platform/finding.ts';
import type { PreflightAnswer } from './preflight.ts';

/** A card that did not pass, and what the plan knows of it. */
export interface FailedCard {
  readonly uuid: string;
  readonly name: string;
  readonly attempts: number;
  readonly answer: PreflightAnswer;
  readonly driver: string | null;
}

interface Cause {
  readonly fault: FaultId;
  /** Completes "The CARD …". */
  readonly what: string;
  readonly detail: string;
  readonly remedies: readonly Remedy[];
}

const restartEarshot: Remedy = { id: 'restart-earshot', title: 'Start Earshot again: it tries the graphics card anew.', kind: 'guide' };
const restartComputer: Remedy = { id: 'restart-computer', title: 'Restart the computer, then start Earshot again.', kind: 'guide' };
const installDriver: Remedy = { id: 'install-driver', title: "Install the manufacturer's driver for this graphics card, then restart the computer.", kind: 'guide' };
const closePrograms: Remedy = { id: 'close-programs', title: 'Close other programs that use the graphics card, then start Earshot again.', kind: 'guide' };

const notReady: Cause = {
  fault: 'cuda-init-failed',
  what: 'was not ready',
  detail: 'Its driver had not finished starting. This happens when a computer has just been switched on or has slept.',
  remedies: [restartEarshot, restartComputer],
};
const noDevice: Cause = {
  fault: 'no-cuda-device',
  what: 'could not be reached',
  detail: 'The driver sees the card, but programs that want to compute on it are told that there is none.',
  remedies: [restartEarshot, restartComputer],
};
const otherCard: Cause = {
  fault: 'gpu-index-mismatch',
  what: 'could not be found among the cards of this computer',
  detail: 'Asked for by its own number, another card answered or none did.',
  remedies: [restartEarshot, restartComputer],
};
const tooOld: Cause = {
  fault: 'driver-too-old',
  what: 'has a driver that is too old for it to compute',
  detail: 'The driver could not translate a small program that every current driver can.',
  // The newest is not always right: the 580 branch is the last one for cards older than the RTX 20 and GTX 16 series.
  remedies: [{ id: 'update-driver', title: "Update the card's driver to the newest one its manufacturer lists for exactly this card.", kind: 'guide' }],
};
const mismatch: Cause = {
  fault: 'driver-library-mismatch',
  what: 'has a driver whose two halves do not match',
  detail: 'The driver was updated while the computer was running, or a foreign copy of its library is in the way.',
  remedies: [restartComputer],
};
const calculation: Cause = {
  fault: 'launch-failure',
  what: 'failed a small test calculation',
  detail: 'The card broke off the calculation or its result was wrong. Heat, overclocking or a computer that has slept are the usual reasons.',
  remedies: [restartComputer],
};
const unknown: Cause = {
  fault: 'cuda-unknown-error',
  what: 'reports an error',
  detail: 'It often stops after the computer has slept.',
  remedies: [restartComputer],
};

const causes: Readonly<Record<number, Cause>> = {
  2: { fault: 'gpu-out-of-memory', what: 'has no memory left', detail: 'Other programs hold all of it.', remedies: [closePrograms] },
  3: notReady,
  46: { fault: 'no-cuda-device', what: 'is held by another program', detail: 'That program keeps it for itself alone.', remedies: [closePrograms] },
  34: { ...mismatch, fault: 'driver-missing', what: 'has no complete driver', detail: "Only a placeholder of the driver's library is installed.", remedies: [installDriver] },
  100: noDevice,
  101: otherCard,
  200: { ...tooOld, fault: 'invalid-kernel-image' },
  209: { ...tooOld, fault: 'no-kernel-image', what: 'cannot run programs made for it' },
  218: tooOld,
  222: tooOld,
  304: {
    fault: 'gpu-permission',
    what: 'may not be used by this account',
    detail: "The system refused to open the driver's device files.",
    remedies: [{ id: 'allow-gpu', title: 'Add this account to the groups "video" and "render", then log in again.', kind: 'guide' }],
  },
  700: { ...calculation, fault: 'illegal-memory-access' },
  710: { ...calculation, fault: 'device-side-assert' },
  719: calculation,
  802: notReady,
  803: mismatch,
  804: mismatch,
  999: unknown,
};

const hung: Cause = {
  fault: 'service-hung',
  what: 'does not answer',
  detail: 'A small test calculation was given up because nothing came back.',
  remedies: [restartComputer],
};
const ended: Cause = {
  fault: 'process-crashed',
  what: 'could not be checked',
  detail: 'The check itself ended before it could say anything.',
  remedies: [restartEarshot],
};

/** What a person is told of a card that is left out. */
export function preflightFinding(card: FailedCard): Finding {
  const cause = causeOf(card.answer);
  const tries = card.attempts === 1 ? '' : `, even after ${card.attempts} tries`;
  return {
    fault: cause.fault,
    severity: 'warning',
    title: `The ${card.name} ${cause.what}${tries}, so Earshot works without it.`,
    detail: cause.detail,
    evidence: [
      evidenceOf(card.answer),
      `card: ${card.uuid}`,
      ...(card.driver === null ? [] : [`driver: ${card.driver}`]),
      `tries: ${card.attempts}`,
    ],
    remedies: cause.remedies,
  };
}

function causeOf(answer: PreflightAnswer): Cause {
  if (answer.kind === 'silent') return answer.timedOut ? hung : ended;
  // It ran, but on another card than the one that was asked for.
  if (answer.ok) return otherCard;
  if (answer.code !== null) return causes[answer.code] ?? unknown;
  if (answer.step === 'library') return { fault: 'driver-missing', what: 'has no driver that programs can use', detail: "The driver's library is not installed.", remedies: [installDriver] };
  if (answer.step === 'compare') return calculation;
  return answer.error?.startsWith('no answer') === true ? hung : tooOld;
}

function evidenceOf(answer: PreflightAnswer): string {
  if (answer.kind === 'silent') return answer.reason;
  if (answer.ok) return `answered as ${answer.uuid ?? 'a card without a uuid'}`;
  return `${answer.step}: ${answer.error ?? 'failed'}${answer.code === null ? '' : ` (${answer.code})`}`;
}
