import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const manifest = z.array(
  z.object({ file: z.string(), text: z.string(), voice: z.string(), speechEndMs: z.number().positive() }),
);

export type Question = z.infer<typeof manifest>[number] & { readonly path: string };

/** The bundled questions with their texts and the moment each speaker falls silent. */
export async function bundledQuestions(root: string): Promise<readonly Question[]> {
  const folder = join(root, 'assets', 'questions');
  const entries = manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  return entries.map((entry) => ({ ...entry, path: join(folder, entry.file) }));
}
