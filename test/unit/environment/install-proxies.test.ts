import { describe, expect, test } from 'vitest';
import { badProxies, isWayShared, knownIndexes } from '../../../main/environment/install-proxies.ts';

const index = new URL('https://index.example/simple');

test.each(['http://proxy:3128', 'https://me:secret@proxy.example', 'proxy.example:3128', 'socks5h://127.0.0.1:1080', ''])('%s is the address of a proxy, or none', (value) => {
  expect(badProxies({ HTTPS_PROXY: value })).toEqual([]);
});

test.each(['://nonsense', 'proxy company 3128', 'ftp://proxy:21'])('%s is not', (value) => {
  expect(badProxies({ http_proxy: value })).toEqual([{ variable: 'http_proxy', value }]);
});

test('our client goes uv’s way directly and through an HTTP proxy, and not through what only uv knows', () => {
  const ways = [{}, { https_proxy: 'http://proxy:3128' }, { HTTPS_PROXY: 'socks5://proxy:1080', NO_PROXY: '.example' }, { ALL_PROXY: 'http://proxy:3128' }, { HTTPS_PROXY: 'socks5://proxy:1080' }, { HTTPS_PROXY: '://nonsense' }];
  expect(ways.map((environment) => isWayShared(index, environment))).toEqual([true, true, true, false, false, false]);
});

describe('the index that uv will ask', () => {
  test('is the one of the settings, else the one uv is told by the environment', () => {
    const environment = { UV_DEFAULT_INDEX: 'https://two.example/simple', UV_INDEX_URL: 'https://three.example/simple' };
    expect([
      knownIndexes({ packageIndex: 'https://one.example/simple' }, environment),
      knownIndexes({}, environment),
      knownIndexes({}, { UV_INDEX_URL: environment.UV_INDEX_URL }),
      knownIndexes({}, { UV_DEFAULT_INDEX: 'company=https://four.example/simple' }),
    ]).toEqual([['https://one.example/simple'], ['https://two.example/simple'], ['https://three.example/simple'], ['https://four.example/simple']]);
  });

  test('is not guessed: not from nothing, not from pip’s, not from a folder, not where uv stays offline', () => {
    const environments = [{}, { PIP_INDEX_URL: 'https://pip.example/simple' }, { UV_DEFAULT_INDEX: '/opt/wheels' }, { UV_DEFAULT_INDEX: 'https://two.example', UV_OFFLINE: '1' }];
    expect(environments.map((environment) => knownIndexes({}, environment))).toEqual([[], [], [], []]);
  });
});
