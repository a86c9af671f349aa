import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { processTree } from '../setup/earshot.ts';
import { startStack, type RunningService, type RunningStack } from '../setup/running-stack.ts';

const ids = ['stt', 'llm', 'tts', 'conversation'] as const;
let stack: RunningStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(async () => {
  await stack.stop();
});

/** Status of a request with exactly these headers; fetch would not let us set Host. */
function status(service: RunningService, path: string, headers: Readonly<Record<string, string>>, body?: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${service.url}${path}`, { method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end(body);
  });
}

function socketStatus(service: RunningService, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}${path}`, { headers });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => {
      socket.close();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

describe.each(ids)('%s', (id) => {
  test('answers only with its token, its exact host and no origin', async () => {
    const service = stack.service(id);
    const host = new URL(service.url).host;
    const authorization = `Bearer ${service.token}`;
    const port = new URL(service.url).port;
    expect({
      good: await status(service, '/health', { authorization, host }),
      noToken: await status(service, '/health', { host }),
      wrongToken: await status(service, '/health', { authorization: `Bearer ${'0'.repeat(64)}`, host }),
      shortToken: await status(service, '/health', { authorization: `Bearer ${service.token.slice(1)}`, host }),
      foreignHost: await status(service, '/health', { authorization, host: 'evil.example' }),
      rebound: await status(service, '/health', { authorization, host: `evil.example:${port}` }),
      localhost: await status(service, '/health', { authorization, host: `localhost:${port}` }),
      page: await status(service, '/health', { authorization, host, origin: 'http://evil.example' }),
      ownPage: await status(service, '/health', { authorization, host, origin: service.url }),
      metrics: await status(service, '/metrics', { authorization, host }),
      metricsWithoutToken: await status(service, '/metrics', { host }),
      unknownWithoutToken: await status(service, '/nothing', { host }),
    }).toEqual({
      good: 200,
      noToken: 401,
      wrongToken: 401,
      shortToken: 401,
      foreignHost: 403,
      rebound: 403,
      localhost: 403,
      page: 403,
      ownPage: 403,
      metrics: 200,
      metricsWithoutToken: 401,
      unknownWithoutToken: 401,
    });
  });

  test('listens on 127.0.0.1 and nowhere else', () => {
    const port = Number(new URL(stack.service(id).url).port).toString(16).toUpperCase().padStart(4, '0');
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
      readFileSync(table, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((fields) => fields[1]?.endsWith(`:${port}`) === true && fields[3] === '0A')
        .map((fields) => fields[1]),
    );
    expect(listening).toEqual([`0100007F:${port}`]);
  });
});

test('sockets are guarded like everything else', async () => {
  const stt = stack.service('stt');
  const conversation = stack.service('conversation');
  const authorization = `Bearer ${stt.token}`;
  expect([
    await socketStatus(stt, '/api/asr-streaming', {}),
    await socketStatus(stt, '/api/asr-streaming', { authorization, origin: 'http://evil.example' }),
    await socketStatus(stt, '/api/asr-streaming', { 'kyutai-api-key': stt.token }),
    await socketStatus(conversation, '/ws', { authorization }),
  ]).toEqual([401, 403, 101, 401]);
});

test('a body larger than a route takes is refused', async () => {
  const tts = stack.service('tts');
  const headers = { authorization: `Bearer ${tts.token}`, 'content-type': 'application/json' };
  const huge = Buffer.from(JSON.stringify({ input: 'x'.repeat(2 * 1024 * 1024) }));
  expect(await status(tts, '/v1/audio/speech', headers, huge)).toBe(413);
});

test('no token stands in a command line or an environment', () => {
  const tokens = ids.map((id) => stack.service(id).token);
  const seen = processTree(stack.pid).flatMap(({ pid, command }) => {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return tokens.filter((token) => command.includes(token) || environment.includes(token));
  });
  expect(seen).toEqual([]);
});
