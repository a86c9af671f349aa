import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { errorMessage } from '../platform/text.ts';

/** What a file named on the command line holds, "-" being standard input; or why it cannot be read, in plain words. */
export async function readInput(path: string): Promise<{ readonly text: string } | { readonly problem: string }> {
  try {
    return { text: path === '-' ? await text(process.stdin) : await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { problem: 'there is no such file' };
    return { problem: `it cannot be read (${errorMessage(error)})` };
  }
}
