import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Far longer than any download: what is younger may belong to another start of Earshot that is still at work. */
const staleAfterMs = 24 * 3_600_000;

/** Removes what installs that were killed left half-done under `data`; an environment alone can be a gigabyte. */
export async function removeStaleStaging(data: string, nowMs: number): Promise<void> {
  for (const folder of ['tools', 'environments', 'models', 'locks'].map((name) => join(data, name))) {
    if (!existsSync(folder)) continue;
    for (const name of await readdir(folder)) {
      if (!name.includes('.staging-')) continue;
      const path = join(folder, name);
      const age = await stat(path).then(
        ({ mtimeMs }) => nowMs - mtimeMs,
        // Another start has just moved it in.
        () => 0,
      );
      if (age > staleAfterMs) await rm(path, { recursive: true, force: true });
    }
  }
}
