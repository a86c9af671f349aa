import { expect, test } from 'vitest';
import { answersAtAll, askHealth, preloadOllama, selfCheck } from '../../../../main/services/io/health.ts';
import type { ExternalRun } from '../../../../main/services/service.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';

function soon(): AbortSignal {
  return AbortSignal.timeout(5_000);
}

function externalAt(origin: string): ExternalRun {
  return { kind: 'external', endpoint: { origin, token: 'secret' }, check: { kind: 'request', path: '/v1/chat/completions', body: {} } };
}

test('the memory that torch uses is read from what a service says, and is null where it uses none', async () => {
  const said = { state: 'ready', device: 'cpu', model: 'm', pid: 7 };
  const bodies = [said, { ...said, torch: { allocatedMiB: 1, reservedMiB: 2 } }];
  const server = await startWebServer((_request, response) => response.end(JSON.stringify(bodies.shift())));
  const endpoint = { origin: server.origin, token: 'secret' };
  expect([await askHealth(endpoint, soon()), await askHealth(endpoint, soon())]).toEqual([
    { ...said, torch: null },
    { ...said, torch: { allocatedMiB: 1, reservedMiB: 2 } },
  ]);
});

test('a check that passes says nothing, and asks with the token', async () => {
  const asked: unknown[] = [];
  const server = await startWebServer((request, response) => {
    asked.push([request.method, request.url, request.headers.authorization]);
    response.end('{"ms":12}');
  });
  expect([await selfCheck({ origin: server.origin, token: 'secret' }, soon()), asked]).toEqual([null, [['POST', '/check', 'Bearer secret']]]);
});

test('a check that fails gives the words of the engine', async () => {
  const server = await startWebServer((_request, response) => response.writeHead(500).end('{"error":{"message":"the model is gone","type":"server_error","code":"internal-error"}}'));
  expect(await selfCheck({ origin: server.origin, token: '' }, soon())).toBe('it answered 500: the model is gone');
});

test('a check that is not answered says so', async () => {
  const server = await startWebServer(() => undefined);
  expect(await selfCheck({ origin: server.origin, token: '' }, AbortSignal.timeout(50))).toBe('it did not answer in time');
});

test('a server of somebody else is there as long as it answers anything but a fault of its own, and is asked for nothing', async () => {
  const states = [200, 404, 401, 503];
  const server = await startWebServer((_request, response) => response.writeHead(states.shift() ?? 200).end('busy'));
  const run = externalAt(server.origin);
  const found: unknown[] = [];
  for (let time = 0; time < 4; time += 1) found.push(await answersAtAll(run, soon()));
  expect([found, new Set(server.requests)]).toEqual([[null, null, null, 'it answered 503: busy'], new Set(['/'])]);
});

test('a server of somebody else that is gone is told by the reason of the connection', async () => {
  expect(await answersAtAll(externalAt(await deadOrigin()), soon())).toBe('it does not answer: no program listens at its address');
});

test('Ollama is told to load a model without a question, and for how long it is kept', async () => {
  const bodies: unknown[] = [];
  const server = await startWebServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push([request.url, JSON.parse(Buffer.concat(chunks).toString('utf8'))]);
      response.end('{}');
    });
  });
  const endpoint = { origin: server.origin, token: '' };
  await preloadOllama(endpoint, 'qwen3:0.6b', 600);
  await preloadOllama(endpoint, 'qwen3:0.6b', null);
  await preloadOllama({ origin: await deadOrigin(), token: '' }, 'qwen3:0.6b', null);
  expect(bodies).toEqual([
    ['/api/generate', { model: 'qwen3:0.6b', keep_alive: '600s' }],
    ['/api/generate', { model: 'qwen3:0.6b' }],
  ]);
});
