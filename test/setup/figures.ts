import { appendFileSync } from 'node:fs';

/** A measured figure of a suite, beside the bound it has to keep. */
export interface SuiteFigure {
  readonly name: string;
  readonly value: string;
  readonly bound: string;
}

/** Whether this is `npm run verify`, which takes its time; `npm test` does less of what takes minutes. */
export const isVerifying = process.env['EARSHOT_FIGURES'] !== undefined;

/** Prints a figure and, for `npm run verify`, remembers it in the file that `EARSHOT_FIGURES` names. */
export function recordFigure(figure: SuiteFigure): void {
  console.log(`${figure.name}: ${figure.value} (bound: ${figure.bound})`);
  const file = process.env['EARSHOT_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
}

/** 0.0312 → "3.1 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
