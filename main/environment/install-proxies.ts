import { proxyFor, type ProxyEnvironment } from './download-proxy.ts';

const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'] as const;

/** Proxy variables whose value is no address; uv goes past them without a word. */
export function badProxies(environment: ProxyEnvironment): readonly { readonly variable: string; readonly value: string }[] {
  return variables.flatMap((variable) => {
    const value = (environment[variable] ?? '').trim();
    return value === '' || proxyAddress(value) !== null ? [] : [{ variable, value }];
  });
}

/** Whether our own client gets to `url` on the same way as uv; only then its answer tells how uv will fare. */
export function isWayShared(url: URL, environment: ProxyEnvironment): boolean {
  try {
    // ALL_PROXY is uv's and not ours.
    return proxyFor(url, environment) !== null || (environment['ALL_PROXY'] ?? environment['all_proxy'] ?? '').trim() === '';
  } catch {
    return false;
  }
}

/** Addresses of the package indexes that uv will ask as far as anybody named one. Without a name uv knows its own; that is not guessed here. */
export function knownIndexes(settings: { readonly packageIndex?: string | undefined }, environment: NodeJS.ProcessEnv): readonly string[] {
  const offline = /^(1|true|yes|on)$/i.test(environment['UV_OFFLINE'] ?? '');
  const named = settings.packageIndex ?? environment['UV_DEFAULT_INDEX'] ?? environment['UV_INDEX_URL'] ?? '';
  // An index may have a name before its address: "company=https://…".
  const address = named.trim().replace(/^[\w-]+=(?=https?:)/, '');
  return !offline && /^https?:\/\//.test(address) && parsed(address) !== null ? [address] : [];
}

function proxyAddress(value: string): URL | null {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = parsed(address);
  return url !== null && /^(https?|socks[45][ah]?):$/.test(url.protocol) && url.hostname !== '' ? url : null;
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
