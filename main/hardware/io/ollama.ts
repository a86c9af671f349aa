import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import * as z from 'zod';
import type { OllamaReport } from '../model.ts';
import { runLimited } from './limited-process.ts';

const versionAnswer = z.object({ version: z.string() });
const tagsAnswer = z.object({ models: z.array(z.object({ name: z.string(), size: z.number() })) });
const loadedAnswer = z.object({ models: z.array(z.object({ name: z.string(), size_vram: z.number() })) });

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

/** What there is of Ollama: the server that answers within half a second, else the installed program, else null. */
export async function askOllama(environment: NodeJS.ProcessEnv, root = '/'): Promise<OllamaReport | null> {
  const url = ollamaUrl(environment);
  return (await askServer(url)) ?? (await askProgram(url, environment, root));
}

async function askServer(url: string): Promise<OllamaReport | null> {
  try {
    const version = versionAnswer.parse(await getJson(`${url}/api/version`));
    const [tags, loaded] = await Promise.all([getJson(`${url}/api/tags`), loadedModels(url)]);
    return {
      version: version.version,
      running: true,
      models: tagsAnswer.parse(tags).models.map(({ name, size }) => ({ name, sizeBytes: size, sizeVramMiB: loaded.get(name) ?? null })),
      url,
    };
  } catch {
    // No server, or something else on its port: either way there is no Ollama to use.
    return null;
  }
}

/** Graphics memory by model, of those that are loaded; nothing from an Ollama too old to tell (before 0.1.33). */
async function loadedModels(url: string): Promise<ReadonlyMap<string, number>> {
  try {
    const { models } = loadedAnswer.parse(await getJson(`${url}/api/ps`));
    return new Map(models.map((model) => [model.name, Math.round(model.size_vram / 1024 ** 2)]));
  } catch {
    return new Map();
  }
}

/** Where Ollama's installers put it, after the folders of the PATH. */
export function ollamaPlaces(platform: NodeJS.Platform, root: string, environment: NodeJS.ProcessEnv): readonly string[] {
  const path = platform === 'win32' ? win32 : posix;
  const name = platform === 'win32' ? 'ollama.exe' : 'ollama';
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const usual = platform === 'win32' ? [win32.join(environment['LOCALAPPDATA'] ?? '', 'Programs', 'Ollama')] : ['usr/local/bin', 'usr/bin', 'snap/bin'].map((folder) => posix.join(root, folder));
  return [...folders, ...usual].map((folder) => path.join(folder, name));
}

/** An Ollama that is installed and does not run: its version is asked of the program, which must not keep us waiting. */
async function askProgram(url: string, environment: NodeJS.ProcessEnv, root: string): Promise<OllamaReport | null> {
  const program = ollamaPlaces(process.platform, root, environment).find((place) => existsSync(place));
  if (program === undefined) return null;
  const answer = await runLimited(program, ['--version'], environment, { timeLimitMs: 2_000, outputLimitBytes: 64 * 1024 });
  // "ollama version is 0.6.5", or without a server "Warning: client version is 0.6.5".
  const version = /version is v?(\d\S*)/.exec(`${answer.output}\n${answer.errors}`)?.[1] ?? 'unknown';
  return { version, running: false, models: [], url };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(500) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
