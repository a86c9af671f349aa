import { formatBytes } from '../platform/text.ts';
import { readDownloadFailure, type DownloadFailure } from './download-failure.ts';
import { downloadFinding, type FailureContext } from './download-finding.ts';
import { faultOfFinding, type CuredFault } from './install-remedies.ts';

export { saysDiskFull } from './download-failure.ts';

/** Where sources fail for different reasons, the one a person can do most about is told first. */
const telling: readonly DownloadFailure['kind'][] = [
  'disk-full',
  'path-too-long',
  'not-writable',
  'clock',
  'proxy',
  'certificate',
  'told-offline',
  'wrong-bytes',
  'unauthorised',
  'busy-server',
  'unknown',
  'no-network',
];

/** A download that failed, said for a person: `reasons` holds what each source that was tried said. */
export function downloadFault(what: string, missingBytes: number | null, reasons: readonly string[], context: FailureContext = thisComputer()): CuredFault {
  const failures = reasons.map(readDownloadFailure);
  const [worst = { kind: 'unknown' }] = [...failures].sort((one, other) => telling.indexOf(one.kind) - telling.indexOf(other.kind));
  const size = missingBytes === null ? '' : ` (${formatBytes(missingBytes)})`;
  const finding = downloadFinding(`${what}${size}`, worst, [], context);
  const tried = `Tried:\n${reasons.map((reason) => `  - ${reason}`).join('\n')}`;
  return { ...faultOfFinding(finding), detail: finding.detail === '' ? tried : `${finding.detail}\n${tried}` };
}

/** What an error is judged by when nobody knows more. */
export function thisComputer(): FailureContext {
  return { platform: process.platform, now: new Date(), builtAt: null, serverDate: null };
}
