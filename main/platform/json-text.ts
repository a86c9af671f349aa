import { errorMessage } from './text.ts';

/** The content of a JSON file that a person may have written, or why it is none; completes "… cannot be used:". */
export function parseJsonText(text: string): { readonly content: unknown } | { readonly problem: string } {
  try {
    // Editors of Windows put a byte order mark first, which JSON does not know.
    return { content: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    return { problem: `it is not JSON (${errorMessage(error)})` };
  }
}
