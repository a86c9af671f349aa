/** A certificate that is not valid at the time this computer believes it is. */
export interface ClockProblem {
  readonly kind: 'not-yet-valid' | 'expired';
  /** The first or the last day of the certificate; null where the error does not say it. */
  readonly bound: Date | null;
}

/** uv says both times in seconds since 1970, Node says neither. */
const uvTimes = /not valid (before|after) (\d+)/;
const notYetValid = /certificate (is )?not (yet valid|valid yet)|CERT_NOT_YET_VALID/i;
const expired = /certificate (has )?expired|CERT_HAS_EXPIRED/i;

/** What an error says of a certificate's dates; null when it speaks of something else. */
export function readClockProblem(text: string): ClockProblem | null {
  const kind = notYetValid.test(text) ? 'not-yet-valid' : expired.test(text) ? 'expired' : null;
  if (kind === null) return null;
  const seconds = Number(uvTimes.exec(text)?.[2]);
  return { kind, bound: Number.isFinite(seconds) ? new Date(seconds * 1000) : null };
}

/** What else is known of the time. */
export interface TimeWitnesses {
  /** What this computer believes. */
  readonly now: Date;
  /** When this Earshot was built: no right clock can be before it. */
  readonly builtAt: Date | null;
  /** The Date header of a server. */
  readonly serverDate: Date | null;
}

export interface ClockVerdict {
  /** "right" only when a witness says so. */
  readonly clock: 'wrong' | 'right' | 'unknown';
  /** A sentence with both dates. */
  readonly sentence: string;
}

const dayMs = 86_400_000;

/** Whether it is the clock of this computer that is wrong, or the certificate. */
export function judgeClock(problem: ClockProblem | null, witnesses: TimeWitnesses): ClockVerdict {
  const { now, builtAt, serverDate } = witnesses;
  const believed = `This computer believes it is ${dayOf(now)}`;
  if (serverDate !== null && Math.abs(serverDate.getTime() - now.getTime()) > dayMs) return { clock: 'wrong', sentence: `${believed}; the server says it is ${dayOf(serverDate)}.` };
  if (builtAt !== null && now.getTime() < builtAt.getTime() - dayMs) return { clock: 'wrong', sentence: `${believed}, but this Earshot was made on ${dayOf(builtAt)}.` };
  const certificate = problem === null ? '' : certificateSays(problem);
  const sentence = `${believed}${certificate === '' ? '' : `; ${certificate}`}.`;
  if (serverDate !== null) return { clock: 'right', sentence };
  // Servers show a certificate before its time next to never; one that was let expire is common.
  return { clock: problem?.kind === 'not-yet-valid' ? 'wrong' : 'unknown', sentence };
}

function certificateSays({ kind, bound }: ClockProblem): string {
  if (kind === 'not-yet-valid') return bound === null ? 'the certificate of the server is not valid yet' : `the certificate of the server is valid from ${dayOf(bound)} on`;
  return bound === null ? 'the certificate of the server has expired' : `the certificate of the server was valid until ${dayOf(bound)}`;
}

/** "2026-11-21" */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
