import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';
import { errorMessage } from './text.ts';

/** A file of certificates that the environment names and that is of no use. */
export interface CertificateFileProblem {
  readonly variable: 'NODE_EXTRA_CA_CERTS' | 'SSL_CERT_FILE';
  readonly path: string;
  readonly problem: 'missing' | 'unreadable' | 'no-certificate';
}

export interface ExtraCertificates {
  /** Each as PEM text. */
  readonly certificates: readonly string[];
  readonly problems: readonly CertificateFileProblem[];
}

const variables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'] as const;

/**
 * Trusts the certificates that NODE_EXTRA_CA_CERTS and SSL_CERT_FILE name, as Node itself does: a company's network often
 * cannot be used without. Electron leaves the first variable to Node's options, which a packaged app has switched off.
 */
export function trustExtraCertificates(environment: NodeJS.ProcessEnv): void {
  const extra = extraCertificates(environment);
  if (extra.length === 0) return;
  const create = tls.createSecureContext.bind(tls);
  tls.createSecureContext = (options?: SecureContextOptions): SecureContext => {
    const context = create(options);
    // What was asked to trust certain certificates only, keeps to those.
    if (options?.ca === undefined) for (const certificate of extra) (context.context as { readonly addCACert: (pem: string) => void }).addCACert(certificate);
    return context;
  };
}

/** Certificates to trust beside those that Node brings, each as PEM text. */
export function extraCertificates(environment: NodeJS.ProcessEnv): readonly string[] {
  return readExtraCertificates(environment).certificates;
}

/** The same, with what is wrong with the files: a download that needs one of them would only say that nobody is trusted. */
export function readExtraCertificates(environment: NodeJS.ProcessEnv): ExtraCertificates {
  const certificates = new Set<string>();
  const problems: CertificateFileProblem[] = [];
  // Both often name the same bundle of everybody's certificates, which takes its time to read.
  const read = new Map<string, ReturnType<typeof certificatesIn>>();
  for (const variable of variables) {
    const path = environment[variable];
    if (path === undefined || path === '') continue;
    const found = read.get(path) ?? certificatesIn(path);
    read.set(path, found);
    if (typeof found === 'string') problems.push({ variable, path, problem: found });
    else for (const certificate of found) certificates.add(certificate);
  }
  return { certificates: [...certificates], problems };
}

function certificatesIn(path: string): readonly string[] | CertificateFileProblem['problem'] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return errorMessage(error).includes('ENOENT') ? 'missing' : 'unreadable';
  }
  const certificates = (text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).filter(isCertificate);
  return certificates.length === 0 ? 'no-certificate' : certificates;
}

/** One broken entry of a bundle must not cost the others. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
