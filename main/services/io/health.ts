import WebSocket from 'ws';
import * as z from 'zod';
import { errorMessage } from '../../platform/text.ts';
import type { Endpoint, ExternalRun, Health } from '../service.ts';

const healthAnswer = z.object({
  state: z.enum(['starting', 'warming', 'ready', 'failed']),
  device: z.string(),
  model: z.string(),
  pid: z.int().nullable().default(null),
  torch: z.object({ allocatedMiB: z.number(), reservedMiB: z.number() }).nullable().default(null),
});

const errorAnswer = z.object({ error: z.object({ message: z.string() }) });

const longestAnswer = 200;
const serverFaults = 500;
/** What a person can do something with, of what the system says of a connection. */
const connectionWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no program listens at its address',
  ENOTFOUND: 'nobody knows its address',
  EAI_AGAIN: 'its address could not be looked up',
  ETIMEDOUT: 'nothing came back from its address',
  EHOSTUNREACH: 'its computer cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
};
/** A model that a slow disk gives up more slowly than this is loaded by the question itself. */
const preloadLimitMs = 60_000;

/** What one of our services says of itself; null while it does not answer. */
export async function askHealth(endpoint: Endpoint, signal: AbortSignal): Promise<Health | null> {
  try {
    const response = await fetch(`${endpoint.origin}/health`, { headers: authorization(endpoint), signal });
    return response.ok ? healthAnswer.parse(await response.json()) : null;
  } catch {
    // Not up yet, or just gone: its exit is reported by the process, not by this question.
    return null;
  }
}

/**
 * Lets one of our services answer once for real; null when it can, else why it cannot. A connection
 * that was kept open before a sleep may be closed by the other side in the very moment it is used again, so one that
 * breaks is tried once more.
 */
export async function selfCheck(endpoint: Endpoint, signal: AbortSignal): Promise<string | null> {
  function ask(): Promise<Response> {
    return fetch(`${endpoint.origin}/check`, { method: 'POST', headers: authorization(endpoint), signal });
  }
  return problemOf(ask().catch(ask));
}

/** Null when a server of somebody else can work, else why it cannot. */
export async function checkExternal({ check, endpoint }: ExternalRun, signal: AbortSignal): Promise<string | null> {
  if (check.kind === 'socket') return checkSocket(endpoint, check.path);
  const headers = { ...authorization(endpoint), 'content-type': 'application/json' };
  return problemOf(fetch(`${endpoint.origin}${check.path}`, { method: 'POST', headers, body: JSON.stringify(check.body), signal }));
}

/**
 * Null while a server of somebody else still answers, else why not. Nothing is generated for it: a question every half
 * minute would keep Ollama's model in memory for ever, and would wait behind a long answer.
 */
export async function answersAtAll({ check, endpoint }: ExternalRun, signal: AbortSignal): Promise<string | null> {
  if (check.kind === 'socket') return checkSocket(endpoint, check.path);
  return problemOf(fetch(`${endpoint.origin}/`, { headers: authorization(endpoint), signal }), ({ status }) => status < serverFaults);
}

/**
 * Tells Ollama to load a model that it may have put away, while the person still speaks. `keepSeconds` is how long it
 * keeps it then; null leaves that to its own settings. A failure is told by the question that follows.
 */
export async function preloadOllama(endpoint: Endpoint, model: string, keepSeconds: number | null): Promise<void> {
  const body = { model, ...(keepSeconds === null ? {} : { keep_alive: `${keepSeconds}s` }) };
  await fetch(`${endpoint.origin}/api/generate`, {
    method: 'POST',
    headers: { ...authorization(endpoint), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(preloadLimitMs),
  })
    .then((response) => response.text())
    .catch(() => undefined);
}

async function checkSocket(endpoint: Endpoint, path: string): Promise<string | null> {
  const socket = new WebSocket(`${endpoint.origin.replace(/^http/, 'ws')}${path}`, {
    headers: { ...authorization(endpoint), 'kyutai-api-key': endpoint.token },
    handshakeTimeout: 10_000,
  });
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.close();
      resolve(null);
    });
    socket.on('error', (error) => {
      resolve(`it does not answer (${error.message})`);
    });
  });
}

/** Why an answer will not do; null for a good one. It is read to its end, or its connection would stay in use. */
async function problemOf(asked: Promise<Response>, isGood: (response: Response) => boolean = ({ ok }) => ok): Promise<string | null> {
  try {
    const response = await asked;
    const answer = await response.text();
    return isGood(response) ? null : refusal(response.status, answer);
  } catch (error) {
    return noAnswer(error);
  }
}

function refusal(status: number, answer: string): string {
  return `it answered ${status}: ${errorText(answer).slice(0, longestAnswer)}`;
}

/** The message of an answer in our shape, or whatever it is. */
function errorText(answer: string): string {
  try {
    return errorAnswer.parse(JSON.parse(answer)).error.message;
  } catch {
    return answer;
  }
}

function noAnswer(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it did not answer in time';
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error && 'code' in cause ? connectionWords[String(cause.code)] : undefined;
  return `it does not answer${words === undefined ? ` (${errorMessage(cause)})` : `: ${words}`}`;
}

function authorization(endpoint: Endpoint): Record<string, string> {
  return endpoint.token === '' ? {} : { authorization: `Bearer ${endpoint.token}` };
}
