/** Length of the first sentence of `text` if one is complete; null while it may still go on. */
export function firstSentenceLength(text: string): number | null {
  const end = /[.!?]["')\]]*(?=\s)/.exec(text);
  return end === null ? null : end.index + end[0].length;
}
