import type { Fault } from '../platform/fault.ts';
import type { Finding, Remedy } from '../platform/finding.ts';

export const tryAgain: Remedy = { id: 'try-again', title: 'Start again to retry; what has arrived is kept.', kind: 'click' };
export const freeDiskSpace: Remedy = { id: 'free-disk-space', title: 'Free some space and start again; what has arrived is kept.', kind: 'click' };
export const useLargerDisk: Remedy = { id: 'use-other-folder', title: 'Or set EARSHOT_HOME to a folder on a larger disk.', kind: 'guide' };
export const connectNetwork: Remedy = {
  id: 'connect-network',
  title: 'Connect to the internet and start again; what has arrived is kept and Earshot goes on from there.',
  kind: 'guide',
};
export const goOnline: Remedy = { id: 'go-online', title: 'Remove UV_OFFLINE from the environment that Earshot is started from, then start again.', kind: 'guide' };
export const setClock: Remedy = { id: 'set-clock', title: 'Set the date and the time of this computer, then start again.', kind: 'guide' };
export const setProxy: Remedy = {
  id: 'set-proxy',
  title: 'Check the address of the proxy (HTTPS_PROXY and HTTP_PROXY where Earshot is started from; http://name:port), then start again.',
  kind: 'guide',
};
export const askProxyAccess: Remedy = { id: 'ask-network-owner', title: 'Ask whoever runs this network to let the proxy pass the package index, or use another network.', kind: 'guide' };
export const signInToProxy: Remedy = {
  id: 'sign-in-to-proxy',
  title: 'Put name and password into the address of the proxy (HTTPS_PROXY=http://name:password@proxy:port), then start again.',
  kind: 'guide',
};
export const trustCertificate: Remedy = {
  id: 'trust-certificate',
  title: 'In a company: let SSL_CERT_FILE name the file with its certificates, then start again. Anywhere else: use another network.',
  kind: 'guide',
};
export const mendCertificateFile: Remedy = {
  id: 'mend-certificate-file',
  title: 'Let SSL_CERT_FILE name a file that holds certificates (it begins with "-----BEGIN CERTIFICATE-----"), or remove it, then start again.',
  kind: 'guide',
};
export const signInToSource: Remedy = {
  id: 'sign-in-to-source',
  title: 'Check the address of the source in the settings (downloads), and the name, password or token it asks for, then start again.',
  kind: 'guide',
};
export const checkIndex: Remedy = { id: 'check-package-index', title: 'If a package index of your own is set, check that it carries this package (downloads.packageIndex in the settings).', kind: 'guide' };
export const updateEarshot: Remedy = { id: 'update-earshot', title: 'Install the newest version of Earshot.', kind: 'guide' };
export const updateSystem: Remedy = { id: 'update-system', title: 'Update this computer to a newer version of its operating system.', kind: 'guide' };
export const allowWriting: Remedy = { id: 'allow-writing', title: 'Give this account the right to write into that folder, or set EARSHOT_HOME to another one, and start again.', kind: 'guide' };

/** Another place for everything Earshot keeps, with one that would do. */
export function useOtherFolder(platform: NodeJS.Platform): Remedy {
  const example = platform === 'win32' ? 'C:\\Earshot' : '/opt/earshot';
  return { id: 'use-other-folder', title: `Set EARSHOT_HOME to a folder on a disk of this computer, for example ${example}, and start again.`, kind: 'guide' };
}

/** The build for the processor exists for every computer. */
export const useProcessorBuild: Remedy = { id: 'use-torch-build', title: 'Let these engines compute on the processor instead.', kind: 'click', arguments: { build: 'cpu' } };

/** A fault that knows the ways out of it one by one, as a finding does. */
export interface CuredFault extends Fault {
  readonly remedies: readonly Remedy[];
}

/** A finding as what ends a command: its cure is what a person can do at the keyboard. */
export function faultOfFinding(finding: Finding): CuredFault {
  const { fault: id, title, detail, evidence, remedies } = finding;
  const said = remedies.length === 1 ? remedies : remedies.filter((remedy) => remedy.id !== tryAgain.id);
  return {
    id,
    title,
    detail: [detail, ...evidence.map((line) => `  ${line}`)].filter((line) => line !== '').join('\n'),
    cure: said.map((remedy) => remedy.title).join(' '),
    remedies,
  };
}

/** What ended an installation, as it is listed beside everything else that is wrong. */
export function findingOfFault(fault: Fault, severity: Finding['severity'] = 'error'): Finding {
  const lines = (fault.detail ?? '').split('\n').filter((line) => line.trim() !== '');
  // Evidence is what is set in from the margin.
  const evidence = lines.filter((line) => line.startsWith('  ')).map((line) => line.trim());
  const detail = lines.filter((line) => !line.startsWith('  ')).join('\n');
  return { fault: fault.id, severity, title: fault.title, detail, evidence, remedies: remediesOf(fault) };
}

function remediesOf(fault: Fault): readonly Remedy[] {
  if ('remedies' in fault) return (fault as CuredFault).remedies;
  const guide: readonly Remedy[] = fault.cure === undefined || fault.cure === '' ? [] : [{ id: 'follow-advice', title: fault.cure, kind: 'guide' }];
  return fault.id === 'disk-full' ? [freeDiskSpace, ...guide] : [...guide, tryAgain];
}
