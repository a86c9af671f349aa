import { expect, test } from 'vitest';
import { fileUrl, listRevision } from '../../../../main/environment/io/hub.ts';
import { startListingHub } from '../../../fakes/hub.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';

const repository = { commit: 'a'.repeat(40), files: { 'config.json': Buffer.from('{}') } };

test('a file’s address is made of its parts, whatever is in its name', () => {
  const hub = { endpoint: 'https://hub.example/', token: '' };
  expect(fileUrl(hub, 'owner/tiny', 'main', 'sub/mimi-e351@125 #1.safetensors')).toBe('https://hub.example/owner/tiny/resolve/main/sub/mimi-e351%40125%20%231.safetensors');
});

test('a repository is listed at the commit its branch stands at', async () => {
  const hub = await startListingHub(() => repository);
  expect(await listRevision({ endpoint: `${hub.origin}/`, token: '' }, 'owner/tiny', 'main', undefined)).toMatchObject({ commit: repository.commit });
});

test('a repository that has moved is followed', async () => {
  const hub = await startListingHub(() => repository);
  const old = await startWebServer((request, response) => response.writeHead(307, { location: `${hub.origin}${(request.url ?? '').replace('/former/', '/owner/')}` }).end());
  expect(await listRevision({ endpoint: old.origin, token: '' }, 'former/tiny', 'main', undefined)).toMatchObject({ commit: repository.commit });
});

test.each<[string, number, string, string]>([
  ['asks who we are', 401, '{}', 'unauthorised'],
  ['has no such repository', 404, '{}', 'not-found'],
  ['is in trouble', 500, '', 'refused'],
  ['is a login page of a network', 200, '<html>', 'refused'],
])('a hub that %s lists nothing', async (_what, status, text, code) => {
  const hub = await startWebServer((_request, response) => response.writeHead(status).end(text));
  expect(await listRevision({ endpoint: hub.origin, token: '' }, 'owner/tiny', 'main', undefined)).toMatchObject({ code });
});

test('a hub that is not there lists nothing, and what was cancelled says so', async () => {
  const hub = { endpoint: await deadOrigin(), token: '' };
  expect(await listRevision(hub, 'owner/tiny', 'main', undefined)).toMatchObject({ code: 'unreachable' });
  await expect(listRevision(hub, 'owner/tiny', 'main', AbortSignal.abort())).rejects.toThrow('aborted');
});
