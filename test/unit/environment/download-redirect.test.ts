import { expect, test } from 'vitest';
import { nextHop } from '../../../main/environment/download-redirect.ts';

const hub = new URL('https://hub.example/a/b');

test.each<[string, string, string, boolean]>([
  ['an address on the same server', '/c', 'https://hub.example/c', true],
  ['another server', 'https://cdn.example/c', 'https://cdn.example/c', false],
  ['a server below it', 'https://cdn.hub.example/c', 'https://cdn.hub.example/c', false],
  ['another port', 'https://hub.example:8443/c', 'https://hub.example:8443/c', false],
])('the token goes along to %s only where that is the same', (_what, location, url, keepsAuthorisation) => {
  expect(nextHop(hub, location, 0)).toEqual({ url: new URL(url), keepsAuthorisation });
});

test.each<[string | undefined, number]>([
  [undefined, 0],
  ['http://hub.example/c', 0],
  ['file:///etc/passwd', 0],
  ['https://', 0],
  ['/c', 10],
])('%s after %i hops leads nowhere', (location, hops) => {
  expect(nextHop(hub, location, hops)).toEqual({ problem: expect.stringMatching(/^hub\.example /) as string });
});
