import * as z from 'zod';
import type { Fault } from '../platform/fault.ts';
import { downloadFault, saysDiskFull } from './download-fault.ts';

const lineSchema = z.object({
  status: z.string().optional(),
  digest: z.string().optional(),
  total: z.number().nonnegative().optional(),
  completed: z.number().nonnegative().optional(),
  error: z.string().optional(),
});

/** How far a pull is: what came of each of its layers. */
export interface Pull {
  readonly layers: ReadonlyMap<string, { readonly total: number; readonly completed: number }>;
  /** What it says it is doing, without digests. */
  readonly status: string;
  readonly error: string | null;
  readonly finished: boolean;
}

export const pullBegun: Pull = { layers: new Map(), status: '', error: null, finished: false };

/** The pull after one line of Ollama's answer. A line that is none of its own says nothing. */
export function pullAfter(pull: Pull, line: string): Pull {
  const parsed = lineSchema.safeParse(parsedJson(line));
  if (!parsed.success) return pull;
  const { status = pull.status, digest, total, completed, error } = parsed.data;
  const before = digest === undefined ? undefined : pull.layers.get(digest);
  const layers =
    digest === undefined || (total ?? before) === undefined
      ? pull.layers
      : new Map(pull.layers).set(digest, { total: total ?? before?.total ?? 0, completed: completed ?? before?.completed ?? 0 });
  return { layers, status: status.replace(/^pulling [0-9a-f]{8,}.*$/, 'pulling'), error: error ?? pull.error, finished: status === 'success' };
}

export function bytesOf({ layers }: Pull): { readonly received: number; readonly total: number } {
  let received = 0;
  let total = 0;
  for (const layer of layers.values()) {
    received += layer.completed;
    total += layer.total;
  }
  return { received, total };
}

/** What a person is told of a pull that failed, from Ollama's own words. */
export function pullFault(name: string, said: string): Fault {
  if (/file does not exist|manifest unknown|not found|invalid model name|model name.*invalid/i.test(said)) {
    return {
      id: 'ollama-model-missing',
      title: `Ollama's library has no model called ${name}.`,
      detail: said,
      cure: 'Choose another model, or look its name up in the library and write it with its size, such as "llama3.2:3b".',
    };
  }
  if (/requires a newer version of ollama|newer version/i.test(said)) {
    return { id: 'download-failed', title: `${name} needs a newer Ollama than the one that is running.`, detail: said, cure: 'Update Ollama and try again, or choose another model.' };
  }
  if (/unauthorized|401|access denied/i.test(said)) {
    return { id: 'download-unauthorised', title: `Ollama is not let in to fetch ${name}.`, detail: said, cure: 'Sign in to Ollama ("ollama signin") with an account that may have this model, or choose another one.' };
  }
  const fault = downloadFault(`${name} for Ollama`, null, [said]);
  return saysDiskFull(said) ? { ...fault, cure: 'Free some space on the disk that Ollama keeps its models on and try again; Ollama goes on where it was.' } : fault;
}

export function ollamaAway(url: string, reason: string): Fault {
  return { id: 'ollama-not-running', title: `Ollama does not answer at ${url}.`, detail: reason, cure: 'Start Ollama and try again.' };
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
