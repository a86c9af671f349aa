import type { Output } from '../../../main/commands/output.ts';

/** An output that keeps what is said instead of printing it. */
export function recordedOutput(): { readonly output: Output; readonly said: readonly string[]; readonly results: readonly { readonly document: unknown; readonly text: string }[] } {
  const said: string[] = [];
  const results: { document: unknown; text: string }[] = [];
  return { output: { json: true, say: (line) => said.push(line), result: (document, text) => results.push({ document, text }) }, said, results };
}
