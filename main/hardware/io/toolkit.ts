import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

const versionFile = '/usr/local/cuda/version.json';
const versions = z.object({ cuda: z.object({ version: z.string() }) });

/** Version of the system's CUDA toolkit, null where there is none. Information only: wheels bring their own libraries. */
export async function toolkitVersion(): Promise<string | null> {
  if (!existsSync(versionFile)) return null;
  try {
    return versions.parse(JSON.parse(await readFile(versionFile, 'utf8'))).cuda.version;
  } catch {
    // A damaged file of somebody else's about something we do not need.
    return null;
  }
}
