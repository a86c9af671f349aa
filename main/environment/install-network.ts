import type { Finding } from '../platform/finding.ts';
import type { CertificateFileProblem } from '../platform/extra-certificates.ts';
import { judgeClock, type TimeWitnesses } from './certificate-dates.ts';
import { readDownloadFailure, type DownloadFailure } from './download-failure.ts';
import { downloadFinding } from './download-finding.ts';
import { mendCertificateFile, setClock, setProxy, tryAgain } from './install-remedies.ts';

/** What came of asking a package index once. */
export interface IndexFacts {
  readonly url: string;
  readonly outcome: { readonly kind: 'answered'; readonly status: number } | { readonly kind: 'slow' } | { readonly kind: 'failed'; readonly text: string };
}

export interface NetworkFacts extends TimeWitnesses {
  readonly platform: NodeJS.Platform;
  readonly indexes: readonly IndexFacts[];
  readonly badProxies: readonly { readonly variable: string; readonly value: string }[];
  readonly certificateFiles: readonly CertificateFileProblem[];
}

const what = 'the packages Earshot needs';

/**
 * What is said of the network before anything is fetched. Only what the installer must fail at as well is an error: it
 * has its own proxies, passwords and certificates, and it may have everything in its cache.
 */
export function networkFindings(facts: NetworkFacts): readonly Finding[] {
  const secure = facts.indexes.length === 0 || facts.indexes.some(({ url }) => url.startsWith('https:'));
  const indexes = facts.indexes.flatMap((index) => indexFinding(index, facts));
  const aboutClock = facts.indexes.some(({ outcome }) => outcome.kind === 'failed' && readDownloadFailure(outcome.text).kind === 'clock');
  return [
    ...facts.certificateFiles.map((file) => certificateFinding(file, secure)),
    ...indexes,
    ...facts.badProxies.map(proxyFinding),
    ...(aboutClock ? [] : clockFindings(facts)),
  ];
}

function indexFinding(index: IndexFacts, facts: NetworkFacts): readonly Finding[] {
  const { outcome, url } = index;
  const address = withoutPassword(url);
  if (outcome.kind === 'slow') {
    return [{ fault: 'download-failed', severity: 'info', title: 'The package index answers slowly; the download may take long.', detail: `Asked: ${address}`, evidence: [], remedies: [] }];
  }
  const evidence = [`${address}: ${outcome.kind === 'failed' ? outcome.text : `answered ${outcome.status}`}`];
  const failure = failureOf(index);
  if (failure === null) return [];
  return [{ ...downloadFinding(what, failure, evidence, facts), severity: isCertain(failure) ? 'error' : 'warning' }];
}

/** Null when it answers as an index may: many have no page at their root. */
function failureOf({ outcome }: IndexFacts): DownloadFailure | null {
  if (outcome.kind === 'slow') return null;
  const failure = readDownloadFailure(outcome.kind === 'answered' ? `answered ${outcome.status}` : outcome.text);
  return outcome.kind === 'answered' && failure.kind === 'unknown' ? null : failure;
}

/** Whether uv must fail as we did. */
function isCertain(failure: DownloadFailure): boolean {
  switch (failure.kind) {
    case 'clock':
    case 'proxy':
    case 'no-network':
      return true;
    case 'disk-full':
    case 'not-writable':
    case 'path-too-long':
    case 'certificate':
    case 'unauthorised':
    case 'wrong-bytes':
    case 'busy-server':
    case 'told-offline':
    case 'unknown':
      return false;
  }
}

function certificateFinding({ variable, path, problem }: CertificateFileProblem, secure: boolean): Finding {
  const said = { missing: 'does not exist', unreadable: 'cannot be read', 'no-certificate': 'holds no certificate' }[problem];
  return {
    fault: 'proxy-or-tls',
    // uv trusts nobody at all then; Node goes on with the certificates it brings.
    severity: variable === 'SSL_CERT_FILE' && secure ? 'error' : 'warning',
    title: `The file with the certificates to trust cannot be used: it ${said}.`,
    detail: `${variable} names ${path}.`,
    evidence: [],
    remedies: [mendCertificateFile, tryAgain],
  };
}

function proxyFinding({ variable, value }: { readonly variable: string; readonly value: string }): Finding {
  return {
    fault: 'proxy-or-tls',
    severity: 'warning',
    title: 'The address of the proxy cannot be understood, so some downloads go without it.',
    detail: `${variable} is "${withoutPassword(value)}".`,
    evidence: [],
    remedies: [setProxy, tryAgain],
  };
}

/** A clock before the day Earshot was made is wrong, whoever answers. */
function clockFindings({ indexes, ...witnesses }: NetworkFacts): readonly Finding[] {
  if (indexes.some(({ url, outcome }) => outcome.kind === 'answered' && url.startsWith('https:'))) return [];
  const { clock, sentence } = judgeClock(null, { ...witnesses, serverDate: null });
  if (clock !== 'wrong') return [];
  const title = 'The clock of this computer is wrong; secure connections may fail.';
  return [{ fault: 'proxy-or-tls', severity: 'warning', title, detail: sentence, evidence: [], remedies: [setClock] }];
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//…@');
}
