import { createServer, request, type RequestOptions } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMetricsServer, type MetricsServer } from '../../../../main/telemetry/io/metrics-server.ts';

/** A server that goes with the test, and what it said. */
async function serve(port: number | null = null, text: () => Promise<string> = () => Promise.resolve('up 1\n')): Promise<{ readonly server: MetricsServer; readonly told: readonly string[] }> {
  const told: string[] = [];
  const server = await openMetricsServer({ port, contentType: 'text/plain; version=0.0.4; charset=utf-8', text, say: (line) => told.push(line) });
  if (server === null) throw new Error(told.join('\n'));
  onTestFinished(() => server.close());
  return { server, told };
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

function ask(url: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'], body });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** A port that another program has. */
async function takenPort(): Promise<number> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  return (other.address() as AddressInfo).port;
}

describe('the server of the figures', () => {
  test('answers GET /metrics', async () => {
    const { server } = await serve();
    expect([await ask(server.url), await ask(`${server.url}?a=b`)]).toEqual(Array(2).fill({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' }));
  });

  test.each<[string, string, RequestOptions, number]>([
    ['a page by another name', '', { headers: { host: 'evil.example' } }, 403],
    ['a page by this computer’s name', '', { headers: { host: 'localhost' } }, 403],
    ['a page of our own port', '', { headers: { origin: 'http://127.0.0.1' } }, 403],
    ['a page without an origin of its own', '', { headers: { origin: 'null' } }, 403],
    ['another path', '/../secret', {}, 404],
    ['a path that only begins alike', 's', {}, 404],
    ['another method', '', { method: 'POST' }, 405],
    ['a question for the head alone', '', { method: 'HEAD' }, 405],
  ])('refuses %s', async (_, after, options, status) => {
    const { server } = await serve();
    expect((await ask(`${server.url}${after}`, options)).status).toBe(status);
  });

  test('is on this computer alone', async () => {
    const { server } = await serve();
    const port = Number(new URL(server.url).port);
    const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ internal, family }) => !internal && family === 'IPv4');
    const answers = await Promise.all(
      ['127.0.0.2', ...others.map(({ address }) => address)].map(
        (host) =>
          new Promise((resolve) => {
            const socket = connect({ host, port }, () => { resolve('open'); socket.destroy(); });
            socket.on('error', () => { resolve('closed'); });
          }),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['closed']));
  });

  test('says that its port is taken and uses another', async () => {
    const port = await takenPort();
    const { server, told } = await serve(port);
    expect({ answer: (await ask(server.url)).status, other: new URL(server.url).port !== String(port), told }).toEqual({
      answer: 200,
      other: true,
      told: [`Port ${port}, which the settings name for the figures (/metrics), cannot be used: another program has it. They are at ${server.url} this time.`],
    });
  });

  test('uses the port it is told', async () => {
    const port = await takenPort().then(async (taken) => {
      const { server } = await serve();
      const free = Number(new URL(server.url).port);
      await server.close();
      return free === taken ? taken : free;
    });
    const { server, told } = await serve(port);
    expect([server.url, told]).toEqual([`http://127.0.0.1:${port}/metrics`, []]);
  });

  test('tells of figures that could not be put together, and goes on', async () => {
    let isBroken = true;
    const { server } = await serve(null, () => (isBroken ? Promise.reject(new Error('a gauge is broken')) : Promise.resolve('up 1\n')));
    const broken = await ask(server.url);
    isBroken = false;
    expect([broken.status, broken.body, (await ask(server.url)).status]).toEqual([500, 'The figures could not be put together: a gauge is broken\n', 200]);
  });

  test('ends with its connections', async () => {
    const { server } = await serve(null, () => new Promise(() => undefined));
    const port = Number(new URL(server.url).port);
    const idle = connect({ host: '127.0.0.1', port });
    const ended = new Promise((resolve) => idle.on('close', () => { resolve('closed'); }).on('error', () => undefined));
    const asked = ask(server.url).catch((error: unknown) => (error instanceof Error ? 'cut off' : 'no error'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.close();
    expect([await ended, await asked]).toEqual(['closed', 'cut off']);
  });
});
