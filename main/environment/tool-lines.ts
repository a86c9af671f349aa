/** Finds the lines in what a tool says, which comes in pieces that are cut anywhere. */
export interface LineReader {
  readonly read: (text: string) => readonly string[];
  /** What stands after the last line break. */
  readonly end: () => readonly string[];
}

/** Lines of a tool that draws nothing. */
export function plainLines(): LineReader {
  let rest = '';
  return {
    read: (text) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      return lines;
    },
    end: () => (rest === '' ? [] : [rest]),
  };
}
