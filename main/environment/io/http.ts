import { request as askPlainly, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as askSecurely } from 'node:https';
import { PassThrough } from 'node:stream';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { proxyFor, type ProxyEnvironment } from '../download-proxy.ts';
import { isRedirect, nextHop } from '../download-redirect.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Value of the Authorization header: shown to this address's own server only, wherever it sends us on to. */
  readonly authorisation?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Silence after which the line is cut, before the answer and between its bytes. */
  readonly stallAfterMs: number;
  /** Where proxies are named; the process's own unless given. */
  readonly environment?: ProxyEnvironment;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Server that answered in the end, after it and others may have sent us on. */
  readonly host: string;
  /** Every byte that arrived, and only then the error that ended them early. */
  readonly body: AsyncIterable<Buffer>;
  /** Ends the connection; for who does not read the body to its end. */
  readonly close: () => void;
}

/** What waits in memory for the disk. Less than that is lost to nobody when the line is cut: it is written all the same. */
const waitingBytes = 4 * 1024 ** 2;

/** Asks for one address, through the proxy the environment names, and follows where it is sent on to. */
export async function ask(request: HttpRequest): Promise<HttpAnswer> {
  let url = new URL(request.url);
  let { authorisation } = request;
  for (let hops = 0; ; hops += 1) {
    const answer = await askOnce(url, { ...request, authorisation });
    if (!isRedirect(answer.status)) return answer;
    answer.close();
    const next = nextHop(url, answer.headers.location, hops);
    if ('problem' in next) throw new Error(next.problem);
    if (!next.keepsAuthorisation) authorisation = undefined;
    url = next.url;
  }
}

/** The whole body as text; for answers that are small, which a longer one is not believed to be. */
export async function textOf(answer: HttpAnswer, maximumBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    if (bytes > maximumBytes) {
      answer.close();
      throw new Error(`${answer.host} sent more than anybody asked for`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function askOnce(url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { signal, stallAfterMs, body, environment = process.env } = request;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const proxy = proxyFor(url, environment);
    const sent = send(url, proxy, request);
    const cut: Cut = { because: null };
    function end(because: Error): void {
      cut.because ??= because;
      sent.destroy(because);
    }
    const stall = setTimeout(() => {
      end(new Error(`nothing came for ${stallAfterMs / 1000} s (timed out)`));
    }, stallAfterMs);
    function aborted(): void {
      end(signal?.reason instanceof Error ? signal.reason : new Error('cancelled'));
    }
    signal?.addEventListener('abort', aborted, { once: true });
    sent.once('close', () => {
      clearTimeout(stall);
      signal?.removeEventListener('abort', aborted);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The name in the error is the proxy's then, and so is the trouble.
      const whose = proxy !== null && (error.syscall === 'connect' || error.syscall === 'getaddrinfo') ? `${url.host}: the proxy ${proxy.host}` : url.host;
      reject(signal?.aborted === true ? error : new Error(`${whose}: ${error.message}`, { cause: error }));
    });
    sent.once('response', (response) => {
      const arrived = collected(response, cut, () => stall.refresh());
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        host: url.host,
        body: bytesOf(arrived, response, cut, url.host, signal),
        close: () => sent.destroy(),
      });
    });
    sent.end(body);
  });
}

/** Why a connection ended before its time. */
interface Cut {
  because: Error | null;
}

function send(url: URL, proxy: URL | null, { method = 'GET', headers = {}, authorisation, body }: HttpRequest): ClientRequest {
  const secure = url.protocol === 'https:';
  const agent = proxy === null ? undefined : secure ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
  const sent = (secure ? askSecurely : askPlainly)(url, {
    method,
    headers: {
      'user-agent': 'earshot',
      // A packed body would have a length and ranges of its own.
      'accept-encoding': 'identity',
      connection: 'close',
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
      ...(authorisation === undefined ? {} : { authorization: authorisation }),
    },
    ...(agent === undefined ? {} : { agent }),
  });
  // What the proxy says to a tunnel that it refuses would otherwise pass for the answer of the server behind it.
  sent.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode !== 200) sent.destroy(new Error(`the proxy ${proxy?.host ?? ''} refused with ${statusCode}`));
  });
  return sent;
}

/**
 * A stream that fails throws away what it still held. Here all that arrived is kept and handed on first: those bytes were
 * paid for, and a download that goes on after a cut would fetch them again.
 */
function collected(response: IncomingMessage, cut: Cut, alive: () => void): PassThrough {
  const arrived = new PassThrough({ highWaterMark: waitingBytes });
  response.on('data', (chunk: Buffer) => {
    alive();
    if (!arrived.write(chunk)) response.pause();
  });
  arrived.on('drain', () => {
    alive();
    response.resume();
  });
  response.on('error', (error) => {
    cut.because ??= error;
  });
  response.once('close', () => {
    if (!response.complete) cut.because ??= new Error('aborted');
    arrived.end();
  });
  response.once('end', () => arrived.end());
  return arrived;
}

async function* bytesOf(arrived: PassThrough, response: IncomingMessage, cut: Cut, host: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of arrived) yield chunk as Buffer;
  } finally {
    response.destroy();
  }
  signal?.throwIfAborted();
  if (response.complete || cut.because === null) return;
  throw new Error(`${host}: ${cut.because.message === 'aborted' ? 'the connection was cut (ECONNRESET)' : cut.because.message}`, { cause: cut.because });
}
