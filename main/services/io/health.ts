import WebSocket from 'ws';
import * as z from 'zod';
import { errorMessage } from '../../platform/text.ts';
import type { Endpoint, ExternalRun, Health } from '../service.ts';

const healthAnswer = z.object({
  state: z.enum(['starting', 'warming', 'ready', 'failed']),
  device: z.string(),
  model: z.string(),
  pid: z.int().nullable().default(null),
});

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

/** Null when a server of somebody else can work, else why it cannot. */
export async function checkExternal({ check, endpoint }: ExternalRun, signal: AbortSignal): Promise<string | null> {
  if (check.kind === 'socket') return checkSocket(endpoint, check.path);
  try {
    const response = await fetch(`${endpoint.origin}${check.path}`, {
      method: 'POST',
      headers: { ...authorization(endpoint), 'content-type': 'application/json' },
      body: JSON.stringify(check.body),
      signal,
    });
    const answer = await response.text();
    return response.ok ? null : `it answered ${response.status}: ${answer.slice(0, 200)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : errorMessage(error);
    return `it does not answer (${cause})`;
  }
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

function authorization(endpoint: Endpoint): Record<string, string> {
  return endpoint.token === '' ? {} : { authorization: `Bearer ${endpoint.token}` };
}
