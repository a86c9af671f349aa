import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-file.ts';
import type { Folders } from '../../platform/folders.ts';
import { parseJsonText } from '../../platform/json-text.ts';
import { overridesSchema } from '../../settings/overrides.ts';

const lastRemedySchema = z.strictObject({
  remedy: z.string(),
  since: z.string(),
  /** The overrides as they were before it. */
  before: overridesSchema,
});

export type LastRemedy = z.infer<typeof lastRemedySchema>;

function pathOf(folders: Folders): string {
  return join(folders.data, 'last-remedy.json');
}

/** What the last remedy changed from; null where there was none, or where nobody can read it any more. */
export async function readLastRemedy(folders: Folders): Promise<LastRemedy | null> {
  const text = await readFile(pathOf(folders), 'utf8').catch(() => null);
  if (text === null) return null;
  const read = parseJsonText(text);
  const parsed = 'content' in read ? lastRemedySchema.safeParse(read.content) : null;
  return parsed?.success === true ? parsed.data : null;
}

/** Written before the change it undoes, so that there is a way back from wherever one is killed. */
export async function writeLastRemedy(folders: Folders, last: LastRemedy | null): Promise<void> {
  if (last === null) await rm(pathOf(folders), { force: true });
  else await writeFileAtomically(pathOf(folders), `${JSON.stringify(last, null, 2)}\n`);
}
