import { z } from 'zod';
import type { OllamaReport } from '../model.ts';

const versionAnswer = z.object({ version: z.string() });
const tagsAnswer = z.object({ models: z.array(z.object({ name: z.string(), size: z.number() })) });

/** Where Ollama listens: `OLLAMA_HOST` as Ollama itself reads it, else its usual address. */
export function ollamaUrl(environment: NodeJS.ProcessEnv): string {
  const host = environment['OLLAMA_HOST']?.trim() ?? '';
  if (host === '') return 'http://127.0.0.1:11434';
  const withScheme = /^https?:\/\//.test(host) ? host : `http://${host}`;
  const url = new URL(withScheme);
  // 0.0.0.0 is where a server listens, not where a client can reach it.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.port === '' && !/:\d+$/.test(host)) url.port = '11434';
  return url.origin;
}

/** Asks a running Ollama for its version and models; null when none answers within half a second. */
export async function askOllama(environment: NodeJS.ProcessEnv): Promise<OllamaReport | null> {
  const url = ollamaUrl(environment);
  try {
    const version = versionAnswer.parse(await getJson(`${url}/api/version`));
    const tags = tagsAnswer.parse(await getJson(`${url}/api/tags`));
    return {
      version: version.version,
      running: true,
      models: tags.models.map((model) => ({ name: model.name, sizeBytes: model.size })),
      url,
    };
  } catch {
    // No server, or something else on its port: either way there is no Ollama to use.
    return null;
  }
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(500) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
