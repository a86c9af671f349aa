import type { SetupStep, Transfer } from '../../preload/contract.ts';

/** The step a person waits for: the last one that is known to take a while, else the last one that runs. */
export function currentStep(steps: readonly SetupStep[]): SetupStep | undefined {
  const running = steps.filter(({ state }) => state === 'running');
  return running.findLast(({ transfer }) => transfer !== null) ?? running.at(-1);
}

/** "Voice engines": what stands in brackets behind a title is for those who look closer. */
export function shortTitle(title: string): string {
  return title.replace(/ \([^()]*\)$/, '');
}

/** Keeps a figure and its unit on one line. */
const together = '\u00a0';

/** Whole percent; null while nobody knows how much there is. It is full only once all of it is there. */
export function percentOf({ receivedBytes, totalBytes }: Transfer): number | null {
  if (totalBytes === null || totalBytes <= 0) return null;
  return Math.min(100, Math.floor((receivedBytes * 100) / totalBytes));
}

/** "41 %, 2 min left"; empty while there is nothing to say. */
export function howFar(transfer: Transfer | null): string {
  if (transfer === null) return '';
  const percent = percentOf(transfer);
  return [percent === null ? size(transfer.receivedBytes) : `${percent}${together}%`, left(transfer)].filter((part) => part !== '').join(', ');
}

/** "512 MiB of 2.6 GiB · 31 MiB/s · 1 min left" */
export function transferLine(transfer: Transfer): string {
  const { receivedBytes, totalBytes, bytesPerSecond } = transfer;
  const amount = totalBytes === null ? size(receivedBytes) : `${size(receivedBytes)} of ${size(totalBytes)}`;
  const rate = bytesPerSecond === null ? '' : bytesPerSecond < 1 ? 'waiting for data' : `${size(bytesPerSecond)}/s`;
  return [amount, rate, left(transfer)].filter((part) => part !== '').join(' · ');
}

function left({ remainingSeconds }: Transfer): string {
  return remainingSeconds === null || remainingSeconds <= 0 ? '' : `${span(remainingSeconds)} left`.replaceAll(' ', together);
}

/** As exact as a guess can be: it must not flicker. */
function span(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)}${together}${units[power] ?? 'B'}`;
}
