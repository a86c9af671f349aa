const numerals = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(' ');

/** Words of a text for comparison: lower case, no punctuation, small numbers as they are said. */
export function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => (/^\d+$/.test(word) ? (numerals[Number(word)] ?? word) : word));
}

/** Word errors (substituted, inserted, deleted) of `heard` against `said`, and the number of words said. */
export function wordErrors(said: string, heard: string): { readonly errors: number; readonly words: number } {
  const reference = wordsOf(said);
  const hypothesis = wordsOf(heard);
  let previous = hypothesis.map((_, index) => index + 1);
  previous.unshift(0);
  for (const [row, word] of reference.entries()) {
    const current = [row + 1];
    for (const [column, other] of hypothesis.entries()) {
      const substituted = (previous[column] ?? 0) + (word === other ? 0 : 1);
      current.push(Math.min(substituted, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return { errors: previous.at(-1) ?? 0, words: reference.length };
}

/** Word error rate of `heard` against `said`, 0 for the same words. */
export function wordErrorRate(said: string, heard: string): number {
  const { errors, words } = wordErrors(said, heard);
  return words === 0 ? (errors === 0 ? 0 : 1) : errors / words;
}
