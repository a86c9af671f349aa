import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { SystemFiles } from './system-files.ts';

const versions = z.object({ cuda: z.object({ version: z.string() }) });

/**
 * Version of the system's CUDA toolkit, null where there is none. Information only: wheels bring their own libraries.
 * Read from its files, so that no nvcc has to be there or be run.
 */
export async function toolkitVersion(files: SystemFiles, environment: NodeJS.ProcessEnv): Promise<string | null> {
  const named = [environment['CUDA_PATH'] ?? '', environment['CUDA_HOME'] ?? ''].filter((folder) => folder !== '');
  const local = await files.names('usr/local');
  const numbered = local.filter((name) => /^cuda-\d/.test(name)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const usual = ['usr/local/cuda', ...numbered.map((name) => `usr/local/${name}`), 'usr/lib/cuda'].map(files.absolute);
  for (const folder of [...named, ...usual]) {
    const version = fromJson(await textOf(join(folder, 'version.json'))) ?? fromText(await textOf(join(folder, 'version.txt')));
    if (version !== null) return version;
  }
  return null;
}

function fromJson(text: string): string | null {
  try {
    return versions.parse(JSON.parse(text)).cuda.version;
  } catch {
    // Absent, or a damaged file of somebody else's about something we do not need.
    return null;
  }
}

/** "CUDA Version 10.2.89": toolkits before 11.1. */
function fromText(text: string): string | null {
  return /CUDA Version (\d+(?:\.\d+)+)/.exec(text)?.[1] ?? null;
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
