import * as z from 'zod';
import type { OllamaReport } from '../model.ts';

const versionAnswer = z.object({ version: z.string() });
const tagsAnswer = z.object({ models: z.array(z.object({ name: z.string(), size: z.number() })) });

/** Ports that Ollama takes when its address names a scheme; without one it is 11434. */
const schemePorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Where a server that listens on every address can be reached. */
const reachable: Readonly<Record<string, string>> = { '': '127.0.0.1', '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

/** Where Ollama answers: `OLLAMA_HOST` as Ollama itself reads it (its envconfig), else its usual address. */
export function ollamaUrl(environment: NodeJS.ProcessEnv): string {
  const named = (environment['OLLAMA_HOST'] ?? '').replace(/^[\s"']+|[\s"'/]+$/g, '');
  const [, scheme, address = '', path = ''] = /^(?:(\w+):\/\/)?([^/]*)(.*)$/.exec(named) ?? [];
  // What does not fit is an IPv6 address without its brackets.
  const [, host = '', port = ''] = /^(\[.*\]|[^:]*)(?::([^:]*))?$/.exec(address) ?? [address, `[${address}]`];
  const usual = schemePorts[scheme ?? ''] ?? '11434';
  return `${scheme ?? 'http'}://${reachable[host] ?? host}:${/^\d+$/.test(port) && Number(port) <= 65_535 ? port : usual}${path}`;
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
