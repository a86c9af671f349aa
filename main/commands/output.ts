import { describeFault, FaultError, type Fault } from '../platform/fault.ts';
import { errorMessage, formatDuration } from '../platform/text.ts';
import type { Progress, Report } from '../environment/model.ts';
import { noTransfer, progressText, remainingSeconds, transferRate, withSample, type Transfer } from '../environment/transfer-rate.ts';

/** Where a command speaks: one JSON document or text on stdout, everything for people on stderr. */
export interface Output {
  readonly json: boolean;
  /** Progress and notices; never on stdout. */
  readonly say: (line: string) => void;
  /** The command's one result. */
  readonly result: (document: unknown, text: string) => void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    say: (line) => {
      process.stderr.write(`${line}\n`);
    },
    result: (document, text) => {
      process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
    },
  };
}

/** A download of gigabytes shows often enough that it goes on, and fills no screen. */
const betweenLinesMs = 5_000;

/** Progress of an installation as lines a person can follow. */
export function progressLines(output: Output, nowMs: () => number = () => performance.now()): Report {
  let first = true;
  let step = '';
  let transfer: Transfer = noTransfer;
  let saidMs = 0;

  function begin(id: string): void {
    if (id === step) return;
    step = id;
    transfer = noTransfer;
    saidMs = nowMs();
  }

  return (progress: Progress) => {
    if (first) {
      first = false;
      output.say('Setting up what is missing (once; it is kept for the next start).');
    }
    switch (progress.kind) {
      case 'step-started':
        begin(progress.step);
        output.say(`→ ${progress.title}`);
        return;
      case 'detail':
        output.say(`    ${progress.text}`);
        return;
      case 'bytes': {
        const { receivedBytes, totalBytes } = progress;
        const atMs = nowMs();
        begin(progress.step);
        transfer = withSample(transfer, atMs, receivedBytes);
        if (atMs - saidMs < betweenLinesMs) return;
        saidMs = atMs;
        output.say(`    ${progressText(receivedBytes, totalBytes, transferRate(transfer, atMs), remainingSeconds(transfer, atMs, totalBytes))}`);
        return;
      }
      case 'phase':
        // For whoever watches the journal; a person reads of the step it belongs to.
        return;
      case 'step-done':
        output.say(`✓ ${progress.title}: ${formatDuration(progress.durationMs)}`);
    }
  };
}

/** The fault inside anything that was thrown; a bug of ours becomes one that says so. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  const place = placeFault(error);
  if (place !== null) return place;
  return {
    id: 'process-crashed',
    title: `Earshot itself made a mistake: ${errorMessage(error)}`,
    ...(error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {}),
    cure: 'Please report this with the lines above.',
  };
}

/** A folder or a disk that does not let us write is no mistake of ours. */
function placeFault(error: unknown): Fault | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : '';
  const where = path === '' ? 'its folder' : path;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { id: 'disk-full', title: 'The disk is full.', detail: `Nothing could be written to ${where}.`, cure: '"earshot remedy free-disk-space" removes what the plan does not use.' };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'ENOTDIR':
      return {
        id: 'not-writable',
        title: 'Earshot may not write where it keeps its things.',
        detail: `Nothing could be written to ${where} (${error.code}).`,
        cure: 'Give this account the right to write there, or let EARSHOT_HOME name another folder.',
      };
    default:
      return null;
  }
}

/** What a command says that was told to stop. */
export const stopped: Fault = { id: 'stopped', title: 'Stopped, as asked.' };

/** Ends a command that failed: the fault as JSON on stdout or as text on stderr. */
export function reportFault(output: Output, fault: Fault): void {
  if (output.json) process.stdout.write(`${JSON.stringify({ error: fault }, null, 2)}\n`);
  else output.say(`\n${describeFault(fault)}`);
}
