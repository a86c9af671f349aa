import { readClockProblem, type ClockProblem } from './certificate-dates.ts';

/** What kept something from being fetched or stored, as far as the text of its error tells. */
export type DownloadFailure =
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'not-writable' }
  | { readonly kind: 'path-too-long' }
  | { readonly kind: 'clock'; readonly problem: ClockProblem }
  | { readonly kind: 'proxy'; readonly how: 'wants-login' | 'refuses' | 'unreachable' | 'not-an-address' }
  | { readonly kind: 'certificate'; readonly how: 'file' | 'other-name' | 'not-trusted' | 'no-tls' }
  | { readonly kind: 'unauthorised'; readonly status: number }
  /** What arrived is not what was meant to: a wrong hash, a package that cannot be unpacked. */
  | { readonly kind: 'wrong-bytes' }
  | { readonly kind: 'busy-server'; readonly status: number }
  /** The person told the installer to stay away from the network. */
  | { readonly kind: 'told-offline' }
  | { readonly kind: 'no-network' }
  | { readonly kind: 'unknown' };

/** Windows says its texts in the person's language; the number stays. (112 and 39: disk, 5: access, 206: path; read, not run.) */
const diskFull = /ENOSPC|EDQUOT|no space left on device|os error 28\)|disk quota exceeded|os error (112|39)\)|not enough space on the disk/i;
const notWritable = /EACCES|EPERM|EROFS|permission denied|operation not permitted|read-only file system|access is denied|(?<!input\/output error )\(os error 5\)/i;
const pathTooLong = /ENAMETOOLONG|file name too long|os error 206\)|filename or extension is too long/i;

const proxyLogin = /proxy authorization required|proxy authentication required|refused with 407|answered 407|\(407 /i;
const badProxy = /is not the address of an HTTP proxy/i;
const proxyUnreachable = /tunnel error: failed to create underlying connection|proxyconnect|proxy [^\n]*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|timed out|did not answer)|cannot connect to proxy/i;
const proxyRefuses = /tunnel error|proxy \S* ?refused with \d{3}|tunnel connection failed|proxy [^\n]*answered \d{3}|ERR_PROXY|ERR_TUNNEL/i;

const certificateFile = /Invalid `?SSL_CERT_(FILE|DIR)|No valid certificates found in `?SSL_CERT/i;
const otherName = /not valid for name|altname|ERR_TLS_CERT_ALTNAME_INVALID|hostname mismatch/i;
const notTrusted = /UnknownIssuer|CaUsedAsEndEntity|self.signed certificate|unable to verify|unable to get (local )?issuer|UNABLE_TO_|invalid peer certificate|CERTIFICATE_VERIFY_FAILED|CERT_UNTRUSTED/i;
const noTls = /InvalidContentType|wrong version number|EPROTO|packet length too long/i;

const wrongBytes = /hash mismatch|checksum|DO NOT MATCH THE HASHES|EINTEGRITY|Invalid zip file structure|Bad CRC|invalid package format|failed to read from zip/i;
const toldOffline = /network was disabled|network connectivity is disabled/i;
const status = /HTTP status (?:client|server) error \((\d{3})|answered (\d{3})|returned a (\d{3})|\((401) Unauthorized\)/i;
const noNetwork =
  /dns error|getaddrinfo|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH|EPIPE|network is unreachable|failed to fetch|fetch failed|error sending request|connection refused|NewConnectionError|Max retries|timed out|timeout|other side closed|socket hang up|error decoding response body|end of file before message length|did not answer|nothing came for|connection was cut/i;

/** Reads one error as uv, pip, npm, Node and our own downloads word them. The first that fits is the reason, whatever follows from it. */
export function readDownloadFailure(text: string): DownloadFailure {
  if (diskFull.test(text)) return { kind: 'disk-full' };
  if (pathTooLong.test(text)) return { kind: 'path-too-long' };
  if (notWritable.test(text)) return { kind: 'not-writable' };
  const clock = readClockProblem(text);
  if (clock !== null) return { kind: 'clock', problem: clock };
  if (proxyLogin.test(text)) return { kind: 'proxy', how: 'wants-login' };
  if (badProxy.test(text)) return { kind: 'proxy', how: 'not-an-address' };
  if (proxyUnreachable.test(text)) return { kind: 'proxy', how: 'unreachable' };
  if (proxyRefuses.test(text)) return { kind: 'proxy', how: 'refuses' };
  const certificate = readCertificateProblem(text);
  if (certificate !== null) return { kind: 'certificate', how: certificate };
  if (wrongBytes.test(text)) return { kind: 'wrong-bytes' };
  if (toldOffline.test(text)) return { kind: 'told-offline' };
  const answered = statusIn(text);
  if (answered === 401 || answered === 403) return { kind: 'unauthorised', status: answered };
  if (answered === 429 || (answered !== null && answered >= 500)) return { kind: 'busy-server', status: answered };
  return answered === null && noNetwork.test(text) ? { kind: 'no-network' } : { kind: 'unknown' };
}

/** Whether the text of an error says that the disk is full. */
export function saysDiskFull(text: string): boolean {
  return diskFull.test(text);
}

function readCertificateProblem(text: string): 'file' | 'other-name' | 'not-trusted' | 'no-tls' | null {
  const broken = noTls.test(text) || otherName.test(text) || notTrusted.test(text);
  if (!broken) return null;
  // A file that is not there is only a warning of uv's; the certificate that is then not trusted is the failure.
  if (certificateFile.test(text)) return 'file';
  if (noTls.test(text)) return 'no-tls';
  return otherName.test(text) ? 'other-name' : 'not-trusted';
}

/** Status of the last answer: earlier ones were tried again. */
function statusIn(text: string): number | null {
  const all = [...text.matchAll(new RegExp(status, 'gi'))].map((match) => match.slice(1).join(''));
  const last = all.at(-1);
  return last === undefined ? null : Number(last);
}
