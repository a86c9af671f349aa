import { FaultError } from '../../platform/fault.ts';
import { errorMessage } from '../../platform/text.ts';
import { bytesOf, ollamaAway, pullAfter, pullBegun, pullFault, type Pull } from '../download-ollama.ts';
import { ask, textOf, type HttpAnswer } from './http.ts';

export interface PullOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of all layers that Ollama has named by now. It names them one after the other, so the total grows at first. */
  readonly onBytes: (received: number, total: number) => void;
  readonly onLine: (line: string) => void;
  /** Lets Ollama fetch from a registry without encryption, such as one on this machine. */
  readonly insecure?: boolean;
}

/** Ollama is silent while it hashes what it fetched: some seconds a gigabyte on a slow disk. */
const stallAfterMs = 10 * 60_000;

/** Lets the Ollama at `url` fetch a model. Cancelling it cuts the line, on which Ollama stops; it goes on from there the next time. */
export async function pullModel(url: string, name: string, options: PullOptions): Promise<void> {
  const answer = await begin(url, name, options);
  try {
    if (answer.status !== 200) throw new FaultError(pullFault(name, errorIn(await textOf(answer, 64 * 1024)) ?? `Ollama answered ${answer.status}`));
    const pull = await followed(answer, name, options);
    if (pull.error !== null) throw new FaultError(pullFault(name, pull.error));
    if (!pull.finished) throw new FaultError(pullFault(name, 'Ollama ended before it was done'));
  } finally {
    answer.close();
  }
}

async function begin(url: string, name: string, { signal, insecure = false }: PullOptions): Promise<HttpAnswer> {
  const base = url.replace(/\/+$/, '');
  try {
    const body = JSON.stringify({ model: name, stream: true, ...(insecure ? { insecure } : {}) });
    return await ask({ url: `${base}/api/pull`, method: 'POST', headers: { 'content-type': 'application/json' }, body, signal, stallAfterMs });
  } catch (error) {
    signal?.throwIfAborted();
    throw new FaultError(ollamaAway(base, errorMessage(error)), { cause: error });
  }
}

async function followed(answer: HttpAnswer, name: string, { signal, onBytes, onLine }: PullOptions): Promise<Pull> {
  let pull = pullBegun;
  let unread = '';
  const decoder = new TextDecoder();
  function take(line: string): void {
    const before = pull;
    pull = pullAfter(pull, line);
    const { received, total } = bytesOf(pull);
    if (total > 0) onBytes(received, total);
    if (pull.status !== before.status) onLine(pull.status);
  }
  try {
    for await (const chunk of answer.body) {
      const lines = `${unread}${decoder.decode(chunk, { stream: true })}`.split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) take(line);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new FaultError(pullFault(name, errorMessage(error)), { cause: error });
  }
  if (unread !== '') take(unread);
  return pull;
}

function errorIn(text: string): string | null {
  return pullAfter(pullBegun, text).error;
}
