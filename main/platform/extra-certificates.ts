import { readFileSync } from 'node:fs';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';

/**
 * Trusts the certificates that NODE_EXTRA_CA_CERTS (or SSL_CERT_FILE) names, as Node itself does: a company's network often
 * cannot be used without. Electron leaves the first variable to Node's options, which a packaged app has switched off.
 */
export function trustExtraCertificates(environment: NodeJS.ProcessEnv): void {
  const path = environment['NODE_EXTRA_CA_CERTS'] ?? environment['SSL_CERT_FILE'];
  const extra = path === undefined || path === '' ? [] : certificatesIn(path);
  if (extra.length === 0) return;
  const create = tls.createSecureContext.bind(tls);
  tls.createSecureContext = (options?: SecureContextOptions): SecureContext => {
    const context = create(options);
    // What was asked to trust certain certificates only, keeps to those.
    if (options?.ca === undefined) for (const certificate of extra) (context.context as { readonly addCACert: (pem: string) => void }).addCACert(certificate);
    return context;
  };
}

function certificatesIn(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  } catch {
    // Node warns of such a file and goes on; a download that needs it says that a certificate is not trusted.
    return [];
  }
}
