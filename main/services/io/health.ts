import { z } from 'zod';
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
export async function checkExternal(run: ExternalRun, signal: AbortSignal): Promise<string | null> {
  const { check, endpoint } = run;
  try {
    const response = await fetch(`${endpoint.origin}${check.path}`, {
      method: check.body === undefined ? 'GET' : 'POST',
      headers: { ...authorization(endpoint), ...(check.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(check.body === undefined ? {} : { body: JSON.stringify(check.body) }),
      signal,
    });
    if (response.ok) {
      await response.arrayBuffer();
      return null;
    }
    return `it answered ${response.status}: ${(await response.text()).slice(0, 200)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : errorMessage(error);
    return `it does not answer (${cause})`;
  }
}

function authorization(endpoint: Endpoint): Record<string, string> {
  return endpoint.token === '' ? {} : { authorization: `Bearer ${endpoint.token}` };
}
