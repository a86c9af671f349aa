import { expect, test } from 'vitest';
import { proxyFor, type ProxyEnvironment } from '../../../main/environment/download-proxy.ts';

function proxy(url: string, environment: ProxyEnvironment): string | null {
  return proxyFor(new URL(url), environment)?.href ?? null;
}

const both = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' };

test.each<[string, ProxyEnvironment, string | null]>([
  ['https://hub.example/a', both, 'http://secure:2/'],
  ['http://hub.example/a', both, 'http://plain:1/'],
  ['https://hub.example/a', { HTTP_PROXY: 'http://plain:1' }, null],
  ['https://hub.example/a', {}, null],
  ['https://hub.example/a', { HTTPS_PROXY: '' }, null],
  ['https://hub.example/a', { HTTPS_PROXY: 'http://large:1', https_proxy: 'http://small:1' }, 'http://small:1/'],
  ['https://hub.example/a', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128/'],
  ['https://hub.example/a', { ...both, NO_PROXY: '*' }, null],
  ['https://hub.example/a', { ...both, NO_PROXY: 'other.example, hub.example' }, null],
  ['https://cdn.hub.example/a', { ...both, NO_PROXY: 'hub.example' }, null],
  ['https://cdn.hub.example/a', { ...both, no_proxy: '.hub.example' }, null],
  ['https://cdn.hub.example/a', { ...both, NO_PROXY: '*.hub.example' }, null],
  ['https://myhub.example/a', { ...both, NO_PROXY: 'hub.example' }, 'http://secure:2/'],
  ['https://hub.example/a', { ...both, NO_PROXY: 'hub.example:443' }, null],
  ['https://hub.example:8443/a', { ...both, NO_PROXY: 'hub.example:443' }, 'http://secure:2/'],
  ['http://127.0.0.1:11434/', both, null],
  ['http://localhost:11434/', both, null],
  ['http://[::1]:11434/', both, null],
])('%s with %o goes through %s', (url, environment, expected) => {
  expect(proxy(url, environment)).toBe(expected);
});

test.each(['socks5://proxy:1080', 'http://'])('a proxy setting that is of no use (%s) is said, not passed over', (address) => {
  expect(() => proxy('https://hub.example/', { HTTPS_PROXY: address })).toThrow('is not the address of an HTTP proxy');
});
