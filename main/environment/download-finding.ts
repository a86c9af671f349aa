import type { FaultId } from '../platform/fault.ts';
import type { Finding, Remedy } from '../platform/finding.ts';
import { judgeClock, type ClockProblem, type TimeWitnesses } from './certificate-dates.ts';
import type { DownloadFailure } from './download-failure.ts';
import {
  allowWriting,
  askProxyAccess,
  checkIndex,
  connectNetwork,
  freeDiskSpace,
  goOnline,
  mendCertificateFile,
  setClock,
  setProxy,
  signInToProxy,
  signInToSource,
  trustCertificate,
  tryAgain,
  useOtherFolder,
} from './install-remedies.ts';

/** What is known beside the error itself. */
export interface FailureContext extends TimeWitnesses {
  readonly platform: NodeJS.Platform;
}

interface Reason {
  readonly fault: FaultId;
  readonly title: string;
  readonly detail: string;
  readonly remedies: readonly Remedy[];
}

/** A failure said for a person. `what` completes "Could not be fetched: …". */
export function downloadFinding(what: string, failure: DownloadFailure, evidence: readonly string[], context: FailureContext): Finding {
  const { fault, title, detail, remedies } = reasonOf(what, failure, context);
  return { fault, severity: 'error', title, detail, evidence, remedies };
}

function reasonOf(what: string, failure: DownloadFailure, context: FailureContext): Reason {
  const notFetched = `Could not be fetched: ${what}.`;
  switch (failure.kind) {
    case 'disk-full':
      return { fault: 'disk-full', title: `The disk is full: ${what} could not be stored.`, detail: '', remedies: [freeDiskSpace, tryAgain] };
    case 'not-writable':
      return { fault: 'not-writable', title: `Earshot may not write into its own folder: ${what} could not be stored.`, detail: '', remedies: [allowWriting, tryAgain] };
    case 'path-too-long':
      return { fault: 'path-unsuitable', title: `The path of Earshot's folder is too long: ${what} could not be stored.`, detail: '', remedies: [useOtherFolder(context.platform)] };
    case 'clock':
      return clockReason(notFetched, failure.problem, context);
    case 'proxy':
      return proxyReason(notFetched, failure.how);
    case 'certificate':
      return certificateReason(notFetched, failure.how);
    case 'unauthorised':
      return {
        fault: 'download-unauthorised',
        title: `${notFetched} The server does not let Earshot in.`,
        detail: `It answered ${failure.status}: it wants a name and a password or a token, or keeps this from everybody.`,
        remedies: [signInToSource, tryAgain],
      };
    case 'wrong-bytes':
      return {
        fault: 'hash-mismatch',
        title: `${notFetched} What arrived is not what it should be, so it was thrown away.`,
        detail: 'Something on the way changed or damaged it: a proxy, a mirror, or an index that carries another file under this name.',
        remedies: [checkIndex, tryAgain],
      };
    case 'busy-server':
      return { fault: 'download-failed', title: `${notFetched} The server is in trouble.`, detail: `It answered ${failure.status}. That usually passes.`, remedies: [tryAgain] };
    case 'told-offline':
      return { fault: 'download-failed', title: `${notFetched} Earshot was told to stay away from the network.`, detail: '', remedies: [goOnline, tryAgain] };
    case 'no-network':
      return { fault: 'download-failed', title: `No network. Still missing: ${what}.`, detail: '', remedies: [connectNetwork, tryAgain] };
    case 'unknown':
      return { fault: 'download-failed', title: notFetched, detail: '', remedies: [tryAgain] };
  }
}

/** Which of clock and certificate is wrong, as far as anything tells. */
export function clockReason(notFetched: string, problem: ClockProblem, witnesses: TimeWitnesses): Reason {
  const { clock, sentence } = judgeClock(problem, witnesses);
  const expired = 'The certificate of the server has expired';
  const said = { wrong: 'The clock of this computer is wrong.', unknown: `${expired}, or the clock of this computer is wrong.`, right: `${expired}.` };
  const remedies = { wrong: [setClock, tryAgain], unknown: [setClock, askProxyAccess, tryAgain], right: [askProxyAccess, tryAgain] };
  return { fault: 'proxy-or-tls', title: `${notFetched} ${said[clock]}`, detail: sentence, remedies: remedies[clock] };
}

function proxyReason(notFetched: string, how: 'wants-login' | 'refuses' | 'unreachable' | 'not-an-address'): Reason {
  const said = {
    'wants-login': { title: 'The proxy wants a name and a password.', remedies: [signInToProxy, tryAgain] },
    refuses: { title: 'The proxy does not let Earshot through.', remedies: [askProxyAccess, setProxy, tryAgain] },
    unreachable: { title: 'The proxy does not answer.', remedies: [setProxy, tryAgain] },
    'not-an-address': { title: 'The address of the proxy cannot be used.', remedies: [setProxy, tryAgain] },
  }[how];
  return { fault: 'proxy-or-tls', title: `${notFetched} ${said.title}`, detail: '', remedies: said.remedies };
}

function certificateReason(notFetched: string, how: 'file' | 'other-name' | 'not-trusted' | 'no-tls'): Reason {
  const said = {
    file: { title: 'The file with the certificates to trust cannot be used.', detail: 'Without it no server is trusted at all.', remedies: [mendCertificateFile, tryAgain] },
    'other-name': { title: 'The server answers with the certificate of another one.', detail: 'Somebody stands in between, or the address is wrong.', remedies: [trustCertificate, tryAgain] },
    'not-trusted': {
      title: 'This computer does not trust the certificate of the server.',
      detail: 'A network that looks into its traffic (a company, a virus scanner) shows a certificate of its own.',
      remedies: [trustCertificate, tryAgain],
    },
    'no-tls': { title: 'The server does not speak an encrypted language.', detail: 'The address may begin with https where http is meant, or a login page stands in between.', remedies: [signInToSource, tryAgain] },
  }[how];
  return { fault: 'proxy-or-tls', title: `${notFetched} ${said.title}`, detail: said.detail, remedies: said.remedies };
}
