import { resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileOf } from '../../../main/desktop/page-files.ts';

const folder = resolve('dist', 'renderer');

describe('the page is served', () => {
  test.each([
    ['app://earshot/index.html', 'index.html'],
    ['app://earshot/app.js?v=1#top', 'app.js'],
    ['app://earshot/a%20b.css', 'a b.css'],
    ['app://earshot/icons/../app.css', 'app.css'],
    ['app://earshot//index.html', 'index.html'],
    ['app://earshot/..html', '..html'],
  ])('%s as %s', (url, name) => {
    expect(fileOf(folder, url)).toBe(`${folder}${sep}${name}`);
  });
});

describe('nothing is served', () => {
  test.each([
    ['outside of the folder', 'app://earshot/%2e%2e%2fpackage.json'],
    ['outside of the folder, half encoded', 'app://earshot/..%2F..%2Fpackage.json'],
    ['outside of the folder, deep', 'app://earshot/a%2f..%2f..%2f..%2findex.cjs'],
    ['of a folder whose name only begins so', 'app://earshot/..%2Frenderer-other/index.html'],
    ['for another host', 'app://elsewhere/index.html'],
    ['for our host with a port', 'app://earshot:80/index.html'],
    ['for a host that only begins so', 'app://earshot.example/index.html'],
    ['without a host', 'app:///index.html'],
    ['for malformed percent-encoding', 'app://earshot/%'],
    ['for percent-encoding that is no text', 'app://earshot/%ff.js'],
    ['for a name with a zero byte', 'app://earshot/index.html%00.js'],
    ['for what is no address', 'index.html'],
    ['for nothing', ''],
    ['for the folder itself', 'app://earshot'],
    ['for the folder itself, with a slash', 'app://earshot/'],
    ['for a folder in it', 'app://earshot/icons/'],
  ])('%s', (_what, url) => {
    expect(fileOf(folder, url)).toBeNull();
  });
});

test.each(['app://earshot/../../app.js', 'app://earshot/%2e%2e/%2E%2E/app.js'])('an address that climbs plainly stays inside: %s', (url) => {
  expect(fileOf(folder, url)).toBe(`${folder}${sep}app.js`);
});
