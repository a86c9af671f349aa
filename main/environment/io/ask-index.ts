import { errorMessage } from '../../platform/text.ts';
import { readDownloadFailure } from '../download-failure.ts';
import type { IndexFacts } from '../install-network.ts';
import { isWayShared } from '../install-proxies.ts';
import { ask } from './http.ts';

/** How an address is asked: through the proxy and with the certificates of the environment. Rejects with the reason. */
export type Request = (url: string, options: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal }) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}>;

export interface NetworkSeams {
  readonly request: Request;
  /** What an index gets to answer. */
  readonly answerWithinMs: number;
  /** What a second question gets, which only tells why the first failed. */
  readonly explainWithinMs: number;
}

export const networkSeams: NetworkSeams = { request: askOnce, answerWithinMs: 1_500, explainWithinMs: 400 };

/**
 * Asks an index once; null where uv gets to it on a way that we cannot go. `serverDate` is what a server there says of the
 * time where a certificate is not valid now.
 */
export async function askIndex(url: string, environment: NodeJS.ProcessEnv, seams: NetworkSeams): Promise<(IndexFacts & { readonly serverDate: Date | null }) | null> {
  if (!isWayShared(new URL(url), environment)) return null;
  const limit = AbortSignal.timeout(seams.answerWithinMs);
  try {
    const { status } = await seams.request(url, { environment, signal: limit });
    return { url, outcome: { kind: 'answered', status }, serverDate: null };
  } catch (error) {
    if (limit.aborted) return { url, outcome: { kind: 'slow' }, serverDate: null };
    const text = reasonsOf(error);
    const aboutClock = readDownloadFailure(text).kind === 'clock';
    return { url, outcome: { kind: 'failed', text }, serverDate: aboutClock ? await dateAt(url, environment, seams) : null };
  }
}

/** The time as the same server says it without encryption; for this question it need not be believed in more. */
async function dateAt(url: string, environment: NodeJS.ProcessEnv, { request, explainWithinMs }: NetworkSeams): Promise<Date | null> {
  try {
    const { headers } = await request(`http://${new URL(url).hostname}/`, { environment, signal: AbortSignal.timeout(explainWithinMs) });
    const date = new Date(String(headers['date']));
    return Number.isNaN(date.getTime()) ? null : date;
  } catch {
    return null;
  }
}

async function askOnce(url: string, { environment, signal }: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal }): ReturnType<Request> {
  const answer = await ask({ url, environment, signal, stallAfterMs: 60_000 });
  answer.close();
  return { status: answer.status, headers: answer.headers };
}

/** An error with its code and all that caused it, on one line. */
function reasonsOf(error: unknown): string {
  const reasons: string[] = [];
  for (let cause: unknown = error; cause !== undefined && reasons.length < 8; cause = cause instanceof Error ? cause.cause : undefined) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    const reason = `${errorMessage(cause)}${code}`;
    if (!reasons.some((known) => known.includes(reason))) reasons.push(reason);
  }
  return reasons.join(': ');
}
