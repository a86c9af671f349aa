import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askOllama, ollamaPlaces, ollamaUrl } from '../../../../main/hardware/io/ollama.ts';
import { deadOrigin, startWebServer } from '../../../fakes/web-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** OLLAMA_HOST as Ollama's own `envconfig` reads it, and where a client reaches what listens there. */
test.each([
  [undefined, 'http://127.0.0.1:11434'],
  ['', 'http://127.0.0.1:11434'],
  ['1.2.3.4', 'http://1.2.3.4:11434'],
  ['1.2.3.4:1234', 'http://1.2.3.4:1234'],
  ['1.2.3.4:80', 'http://1.2.3.4:80'],
  [':1234', 'http://127.0.0.1:1234'],
  ['example.com', 'http://example.com:11434'],
  ['example.com:1234', 'http://example.com:1234'],
  ['localhost', 'http://localhost:11434'],
  ['http://1.2.3.4', 'http://1.2.3.4:80'],
  ['http://1.2.3.4:4321', 'http://1.2.3.4:4321'],
  ['http://1.2.3.4:4321/', 'http://1.2.3.4:4321'],
  ['https://example.com', 'https://example.com:443'],
  ['https://example.com:4321', 'https://example.com:4321'],
  ['https://example.com/ollama', 'https://example.com:443/ollama'],
  ['[::1]', 'http://[::1]:11434'],
  ['::1', 'http://[::1]:11434'],
  ['[::1]:1337', 'http://[::1]:1337'],
  [' 1.2.3.4 ', 'http://1.2.3.4:11434'],
  ['"1.2.3.4"', 'http://1.2.3.4:11434'],
  ["'1.2.3.4:1234'", 'http://1.2.3.4:1234'],
  // Where a server listens on every address, a client finds it on loopback.
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
  ['[::]', 'http://[::1]:11434'],
  // A port that is none is as good as not given.
  [':66000', 'http://127.0.0.1:11434'],
  ['example.com:port', 'http://example.com:11434'],
])('OLLAMA_HOST=%s is asked at %s', (host, url) => {
  expect(ollamaUrl(host === undefined ? {} : { OLLAMA_HOST: host })).toBe(url);
});

test('a running Ollama tells its version and models', async () => {
  const server = await startWebServer((request, response) => {
    const answers: Readonly<Record<string, unknown>> = {
      '/api/version': { version: '0.6.5' },
      '/api/tags': {
        models: [
          { name: 'llama3.2:1b', model: 'llama3.2:1b', size: 1_321_098_329, digest: 'baf6a787fdff', details: { family: 'llama' } },
          { name: 'nomic-embed-text:latest', size: 274_302_450 },
        ],
      },
      '/api/ps': { models: [{ name: 'llama3.2:1b', size: 2_000_000_000, size_vram: 1_610_612_736 }] },
    };
    response.end(JSON.stringify(answers[request.url ?? '']));
  });
  expect(await askOllama({ OLLAMA_HOST: server.origin })).toEqual({
    version: '0.6.5',
    running: true,
    models: [
      { name: 'llama3.2:1b', sizeBytes: 1_321_098_329, sizeVramMiB: 1536 },
      { name: 'nomic-embed-text:latest', sizeBytes: 274_302_450, sizeVramMiB: null },
    ],
    url: server.origin,
  });
  expect(server.requests).toEqual(['/api/version', '/api/tags', '/api/ps']);
});

test('an Ollama without models is still an Ollama', async () => {
  const server = await startWebServer((request, response) => {
    response.end(request.url === '/api/version' ? '{"version":"0.6.5"}' : '{"models":[]}');
  });
  expect(await askOllama({ OLLAMA_HOST: `127.0.0.1:${server.port}` })).toEqual({ version: '0.6.5', running: true, models: [], url: server.origin });
});

test('no server means no Ollama', async () => {
  expect(await askOllama({ OLLAMA_HOST: await deadOrigin() })).toBeNull();
});

test.each([
  ['a web page', 200, '<!doctype html><title>Router</title>'],
  ['another service’s JSON', 200, '{"status":"ok"}'],
  ['an error', 500, '{"version":"0.6.5"}'],
  ['nothing', 200, ''],
])('something else on the port that answers %s is no Ollama', async (_what, status, body) => {
  const server = await startWebServer((_request, response) => {
    response.writeHead(status).end(body);
  });
  expect(await askOllama({ OLLAMA_HOST: server.origin })).toBeNull();
});

test.each([
  ['speaks another protocol', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'],
  ['never speaks', ''],
])('something else on the port that %s is no Ollama', async (_what, greeting) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    onTestFinished(() => {
      socket.destroy();
    });
  });
  onTestFinished(() => {
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(await askOllama({ OLLAMA_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}` })).toBeNull();
});

test.each(['http://', 'not a host', 'ftp://example.com', '%zz', '[::1'])('OLLAMA_HOST=“%s” names no Ollama and stops nothing', async (host) => {
  expect(await askOllama({ OLLAMA_HOST: host })).toBeNull();
});

test.each([
  ['Warning: could not connect to a running Ollama instance\nWarning: client version is 0.6.5', '0.6.5'],
  ['ollama version is 0.33.0-rc1', '0.33.0-rc1'],
  ['something else', 'unknown'],
])('an Ollama that is installed and does not run is told with its version (“%s”)', async (said, version) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'ollama'), `#!/bin/sh\necho '${said}' >&2\n`, { mode: 0o755 });
  const url = await deadOrigin();
  expect(await askOllama({ OLLAMA_HOST: url, PATH: folder })).toEqual({ version, running: false, models: [], url });
});

test('Ollama is looked for where its installers put it', () => {
  expect({
    windows: ollamaPlaces('win32', '/', { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' }),
    linux: ollamaPlaces('linux', '/', { PATH: '/opt/bin' }),
  }).toEqual({
    windows: ['C:\\Users\\ada\\AppData\\Local\\Programs\\Ollama\\ollama.exe'],
    linux: ['/opt/bin/ollama', '/usr/local/bin/ollama', '/usr/bin/ollama', '/snap/bin/ollama'],
  });
});
