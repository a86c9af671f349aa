import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';

const version = 'v0.6.5';

/** A real Ollama built from source, kept in the tests' cache under its version; null where there is no Go to build it. */
export async function ollamaBinary(): Promise<string | null> {
  const folder = join(cacheFolder, `ollama-${version}`);
  const binary = join(folder, 'ollama');
  if (existsSync(binary)) return binary;
  const go = await execa('go', ['version'], { reject: false });
  if (go.failed) return null;
  console.log(`building Ollama ${version} (four minutes, once)`);
  await execa('go', ['install', `github.com/ollama/ollama@${version}`], { env: { GOBIN: folder } });
  return binary;
}

export interface RunningOllama {
  readonly url: string;
  /** Creates a model from a GGUF file on disk. */
  readonly create: (name: string, gguf: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a private Ollama on a free loopback port with models of its own. */
export async function startOllama(binary: string): Promise<RunningOllama> {
  const home = await mkdtemp(join(tmpdir(), 'earshot-ollama-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { OLLAMA_HOST: url, OLLAMA_MODELS: join(home, 'models'), HOME: home };
  const server = execa(binary, ['serve'], { env, stdio: 'ignore', reject: false });
  const deadline = Date.now() + 30_000;
  while (!(await answers(url))) {
    if (Date.now() > deadline) throw new Error('Ollama did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    create: async (name, gguf) => {
      const modelfile = join(home, 'Modelfile');
      await writeFile(modelfile, [`FROM ${gguf}`, 'PARAMETER num_thread 1', 'PARAMETER temperature 0'].join('\n'));
      await execa(binary, ['create', name, '-f', modelfile], { env });
    },
    stop: async () => {
      server.kill('SIGTERM');
      await server;
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/api/version`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
