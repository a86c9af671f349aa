import type { Fault } from '../platform/fault.ts';
import { formatBytes } from '../platform/text.ts';

const networkFailure =
  /dns error|getaddrinfo|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH|network is unreachable|failed to fetch|fetch failed|error sending request|tunnel error|connection refused|NewConnectionError|Max retries|timed out|timeout|other side closed/i;
/** Someone answered, if only with an error or a certificate that is not believed: the network is there. */
const answered = /certificate|HTTP status|answered \d{3}/i;
const diskFull = /ENOSPC|no space left on device|os error 28|disk quota exceeded/i;

/** A download that failed, said for a person: no network, a full disk, or the reason as it came. */
export function downloadFault(what: string, missingBytes: number | null, reasons: readonly string[]): Fault {
  const size = missingBytes === null ? '' : ` (${formatBytes(missingBytes)})`;
  const detail = `Tried:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`;
  if (reasons.some((reason) => diskFull.test(reason))) {
    return {
      id: 'disk-full',
      title: `The disk is full: ${what}${size} could not be stored.`,
      detail,
      cure: 'Free some space and start again; what has arrived is kept.',
    };
  }
  if (reasons.every((reason) => networkFailure.test(reason) && !answered.test(reason))) {
    return {
      id: 'download-failed',
      title: `No network. Still missing: ${what}${size}.`,
      detail,
      cure: 'Connect to the internet and start again; what has arrived is kept and Earshot goes on from there.',
    };
  }
  return {
    id: 'download-failed',
    title: `Could not be fetched: ${what}${size}.`,
    detail,
    cure: 'Start again to retry; what has arrived is kept.',
  };
}

/** Whether the text of an error says that the disk is full. */
export function saysDiskFull(text: string): boolean {
  return diskFull.test(text);
}
