import { constants } from 'node:os';
import { deviceFaultOf } from './device-fault.ts';
import type { ExitCause } from './supervisor-event.ts';

/** How a process ended, as its starter was told. */
export interface ExitResult {
  readonly exitCode?: number;
  readonly signal?: string | undefined;
  readonly failed: boolean;
}

export interface ExitStory {
  /** In words for a person. */
  readonly reason: string;
  /** What the system, or the process itself, calls it: for whoever looks closer. */
  readonly how: string | null;
  readonly cause: ExitCause;
  /** What it said last, oldest first. */
  readonly lines: readonly string[];
}

/** A service that found its graphics card dead ends itself with this (`python/earshot/serving`). */
export const deviceFaultCode = 86;
const loadFailedCode = 1;
/** Shells, and our shim, report a child that a signal ended as this plus the signal's number. */
const signalBase = 128;

const signals: Readonly<Record<number, { readonly name: string; readonly words: string }>> = {
  1: { name: 'SIGHUP', words: 'its terminal was closed' },
  2: { name: 'SIGINT', words: 'it was interrupted' },
  3: { name: 'SIGQUIT', words: 'it was told to quit' },
  4: { name: 'SIGILL', words: 'it used an instruction that this processor does not have' },
  5: { name: 'SIGTRAP', words: 'it ran into a trap' },
  6: { name: 'SIGABRT', words: 'it gave up on itself' },
  7: { name: 'SIGBUS', words: 'it read memory or a file that is not there any more' },
  8: { name: 'SIGFPE', words: 'it made an impossible calculation' },
  9: { name: 'SIGKILL', words: 'it was killed, often because memory ran out' },
  11: { name: 'SIGSEGV', words: 'it crashed: it reached for memory that is not its own' },
  13: { name: 'SIGPIPE', words: 'whoever it talked to was gone' },
  15: { name: 'SIGTERM', words: 'it was told to end' },
  24: { name: 'SIGXCPU', words: 'it had used up the processor time it was allowed' },
  31: { name: 'SIGSYS', words: 'it made a call that the system forbids' },
};

/** What Windows calls the ends of processes (NTSTATUS). */
const windowsCodes: Readonly<Record<number, { readonly name: string; readonly words: string; readonly cause?: ExitCause }>> = {
  0xc0000005: { name: 'access violation', words: 'it crashed: it reached for memory that is not its own' },
  0xc0000017: { name: 'no memory', words: 'memory ran out', cause: { kind: 'out-of-memory' } },
  0xc000001d: { name: 'illegal instruction', words: 'it used an instruction that this processor does not have' },
  0xc0000094: { name: 'division by zero', words: 'it made an impossible calculation' },
  0xc00000fd: { name: 'stack overflow', words: 'it crashed: it called itself too often' },
  0xc000012d: { name: 'commit limit', words: 'memory ran out', cause: { kind: 'out-of-memory' } },
  0xc0000135: { name: 'library not found', words: 'a library that it needs is missing' },
  0xc0000139: { name: 'entry point not found', words: 'a library that it needs has the wrong version' },
  0xc000013a: { name: 'control-C exit', words: 'its console was closed', cause: { kind: 'killed' } },
  0xc0000142: { name: 'library initialisation failed', words: 'a library that it needs could not be started' },
  0xc0000374: { name: 'heap corruption', words: 'it crashed: its memory was damaged' },
  0xc0000409: { name: 'stack buffer overrun', words: 'it gave up on itself' },
};

const numbers: Readonly<Record<string, number>> = constants.signals;
const killing: ReadonlySet<number> = new Set([1, 2, 3, 9, 15]);
const outOfMemory = /MemoryError|std::bad_alloc|Cannot allocate memory|DefaultCPUAllocator: can't allocate|not enough memory/i;

/** Why a process ended, and what that means for what comes next. `lines` is what it wrote last. */
export function exitStory(result: ExitResult, lines: readonly string[]): ExitStory {
  const cause = causeOf(result, lines);
  const { words, name } = howItEnded(result);
  const said = lastWords(lines);
  if (said === undefined) return { reason: words, how: name, cause, lines };
  // What libraries say of these two is no sentence; what we say of a model that cannot be loaded is.
  const plain = plainWords[cause.kind];
  return plain === undefined ? { reason: said, how: name, cause, lines } : { reason: plain, how: said, cause, lines };
}

const plainWords: Readonly<Partial<Record<ExitCause['kind'], string>>> = { device: 'its graphics card failed', 'out-of-memory': 'memory ran out' };

/** The words for a person with what the system calls it. */
export function inFull({ reason, how }: Pick<ExitStory, 'reason' | 'how'>): string {
  return how === null ? reason : `${reason} (${how})`;
}

/** Why a process ended, in words, with the last `error: ` line it wrote. */
export function describeExit(result: ExitResult, lines: readonly string[]): string {
  return inFull(exitStory(result, lines));
}

function causeOf(result: ExitResult, lines: readonly string[]): ExitCause {
  const { exitCode } = result;
  const text = lines.join('\n');
  // By itself a card's error in what it wrote proves little: it may have gone on for hours after it.
  const fault = deviceFaultOf(lastWords(lines) ?? text);
  if (exitCode === deviceFaultCode) return { kind: 'device', fault: fault ?? 'cuda-unknown-error' };
  const signal = signalNumber(result);
  if (fault !== null && exitCode !== 0 && (signal === null || !killing.has(signal))) return { kind: 'device', fault };
  if (exitCode !== 0 && outOfMemory.test(text)) return { kind: 'out-of-memory' };
  const windows = exitCode === undefined ? undefined : windowsCodes[exitCode >>> 0]?.cause;
  if (windows !== undefined) return windows;
  if (signal !== null) return { kind: killing.has(signal) ? 'killed' : 'crash' };
  return exitCode === loadFailedCode && lastWords(lines) !== undefined ? { kind: 'gave-up' } : { kind: 'crash' };
}

function lastWords(lines: readonly string[]): string | undefined {
  return [...lines].reverse().find((line) => line.startsWith('error: '))?.slice('error: '.length);
}

interface HowItEnded {
  readonly words: string;
  readonly name: string | null;
}

function howItEnded(result: ExitResult): HowItEnded {
  const signal = signalNumber(result);
  if (signal !== null) return signals[signal] ?? { words: 'it was ended by the system', name: `signal ${signal}` };
  if (result.exitCode === undefined) return { words: 'it could not be started', name: null };
  const windows = windowsCodes[result.exitCode >>> 0];
  if (windows !== undefined) return { words: windows.words, name: `${windows.name}, 0x${(result.exitCode >>> 0).toString(16).toUpperCase()}` };
  return { words: result.exitCode === deviceFaultCode ? 'its graphics card failed' : 'it ended by itself', name: `exit code ${result.exitCode}` };
}

/** The signal that ended it or, behind the shim, its child; null when none did. */
function signalNumber({ exitCode, signal }: ExitResult): number | null {
  if (signal !== undefined) return numbers[signal] ?? 0;
  if (exitCode !== undefined && exitCode > signalBase && exitCode <= signalBase + 64) return exitCode - signalBase;
  return null;
}
