/** What a person's environment says about proxies: the names every tool on their machine already goes by. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** The proxy through which `url` is asked for, or null where it is asked for directly. */
export function proxyFor(url: URL, environment: ProxyEnvironment): URL | null {
  if (isLoopback(url.hostname) || isExempt(url, setting('no_proxy', environment))) return null;
  const address = setting(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy', environment);
  if (address === '') return null;
  const proxy = parsed(address.includes('://') ? address : `http://${address}`);
  if (proxy === null || !/^https?:$/.test(proxy.protocol)) {
    throw new Error(`the proxy setting "${withoutPassword(address)}" is not the address of an HTTP proxy`);
  }
  return proxy;
}

/** Small letters win, as in curl, from which everyone has the names. */
function setting(name: string, environment: ProxyEnvironment): string {
  return (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();
}

/** A server on this machine is never behind a proxy: it would look for it on itself. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** "example.org" stands for itself and every name below it, as do ".example.org" and "*.example.org"; a port narrows it. */
function isExempt(url: URL, list: string): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      return url.hostname === name || url.hostname.endsWith(`.${name}`);
    });
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** A proxy's password stands in its address, and messages end up in logs and reports. */
function withoutPassword(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//');
}
