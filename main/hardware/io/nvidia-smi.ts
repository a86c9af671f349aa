import { posix, win32 } from 'node:path';
import { existsSync } from 'node:fs';
import { explainFailure } from '../nvidia-failure.ts';
import { clip, gpuFields, parseGpus, parseProcesses, processFields, rowsApart, unknownFields, type GpuField, type GpuTable } from '../nvidia-csv.ts';
import { parseParts, type MigPart } from '../mig.ts';
import type { Gpu, GpuProcess } from '../model.ts';
import { runLimited, type ProcessAnswer } from './limited-process.ts';

export interface NvidiaAnswer {
  readonly gpus: readonly Gpu[];
  readonly driverVersion: string | null;
  readonly processes: readonly GpuProcess[];
  readonly warnings: readonly string[];
}

export interface NvidiaQuestion {
  readonly environment: NodeJS.ProcessEnv;
  /** A hung driver hangs nvidia-smi with it; ten seconds is what a cold one needs at the most. */
  readonly timeLimitMs?: number;
  readonly ownPids?: ReadonlySet<number>;
}

const patienceMs = 10_000;
/** A machine with 16 cards answers in 3 KiB. */
const outputLimitBytes = 1024 ** 2;
/** An nvidia-smi names one unknown field at a time; without these two a row names no card. */
const neededFields: readonly string[] = ['index', 'uuid'];

/** Asks nvidia-smi, which reads NVML and makes no CUDA context. Never throws: what went wrong is told in `warnings`. */
export async function askNvidiaSmi(program: string, question: NvidiaQuestion): Promise<NvidiaAnswer> {
  // Side by side: each starts the driver's library anew, which is most of what they cost.
  const [table, list] = await Promise.all([askGpus(program, gpuFields, question), query(program, `--query-compute-apps=${processFields.join(',')}`, question)]);
  const alone = table.gpus.length === 0;
  return {
    gpus: table.gpus,
    driverVersion: table.driverVersion,
    processes: list.end === 'exit' ? parseProcesses(list.output, question.ownPids) : [],
    // Without a card, what failed has been said once already; both questions may draw the same complaint.
    warnings: [...new Set([...table.warnings, ...(alone ? [] : processProblems(list, question, table.warnings))])],
  };
}

/** The parts of cards divided with MIG, which the table of cards does not name; none where nvidia-smi will not list them. */
export async function askParts(program: string, gpus: readonly Gpu[], { environment, timeLimitMs = patienceMs }: NvidiaQuestion): Promise<readonly MigPart[]> {
  if (!gpus.some((gpu) => gpu.mig)) return [];
  const answer = await runLimited(program, ['-L'], environment, { timeLimitMs, outputLimitBytes });
  return answer.end === 'exit' ? parseParts(answer.output) : [];
}

/** Where nvidia-smi may be, the likeliest first. The one of WSL 2 is on the path of login shells only. */
export function nvidiaSmiPlaces(platform: NodeJS.Platform, root: string, environment: NodeJS.ProcessEnv): readonly string[] {
  if (platform === 'win32') {
    return [
      win32.join(environment['SYSTEMROOT'] ?? 'C:\\Windows', 'System32', 'nvidia-smi.exe'),
      win32.join(environment['PROGRAMFILES'] ?? 'C:\\Program Files', 'NVIDIA Corporation', 'NVSMI', 'nvidia-smi.exe'),
      ...onPath(environment, ';', win32, 'nvidia-smi.exe'),
    ];
  }
  return [
    ...onPath(environment, ':', posix, 'nvidia-smi'),
    posix.join(root, 'usr', 'bin', 'nvidia-smi'),
    posix.join(root, 'usr', 'lib', 'wsl', 'lib', 'nvidia-smi'),
  ];
}

export function findNvidiaSmi(root: string, environment: NodeJS.ProcessEnv): string | null {
  return nvidiaSmiPlaces(process.platform, root, environment).find((place) => existsSync(place)) ?? null;
}

/** A program in the folders of the PATH; relative ones would mean a program of whatever folder we stand in. */
function onPath(environment: NodeJS.ProcessEnv, separator: string, path: typeof posix, name: string): readonly string[] {
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(separator);
  return folders.filter((folder) => path.isAbsolute(folder)).map((folder) => path.join(folder, name));
}

async function askGpus(program: string, fields: readonly GpuField[], question: NvidiaQuestion): Promise<GpuTable> {
  const answer = await query(program, `--query-gpu=${fields.join(',')}`, question);
  if (answer.end === 'exit' && answer.exitCode !== 0) {
    const unknown = unknownFields(`${answer.output}\n${answer.errors}`).filter((field) => !neededFields.includes(field));
    const rest = fields.filter((field) => !unknown.includes(field));
    if (rest.length < fields.length) return askGpus(program, rest, question);
    const { rows, said } = rowsApart(answer.output, fields);
    const table = parseGpus(rows, fields);
    // One card that is lost fails the whole question, and the others have answered it all the same.
    if (table.gpus.length > 0) return { ...table, warnings: [...table.warnings, explainFailure(`${said}\n${answer.errors}`, answer.exitCode)] };
  }
  const problem = answer.end === 'missing' ? `nvidia-smi, the program that tells what an NVIDIA card is, was not found at ${program}.` : failure(answer, question);
  if (problem !== null) return { gpus: [], driverVersion: null, warnings: [problem] };
  const table = parseGpus(answer.end === 'too-much' ? wholeLines(answer.output) : answer.output, fields);
  return { ...table, warnings: [...table.warnings, ...remarks(answer)] };
}

function query(program: string, selection: string, question: NvidiaQuestion): Promise<ProcessAnswer> {
  const limits = { timeLimitMs: question.timeLimitMs ?? patienceMs, outputLimitBytes };
  return runLimited(program, [selection, '--format=csv,noheader,nounits'], question.environment, limits);
}

/** Why there is nothing to read, in words; null when there is. */
function failure(answer: ProcessAnswer, question: NvidiaQuestion): string | null {
  switch (answer.end) {
    case 'time-limit':
      return `nvidia-smi gave no answer within ${(question.timeLimitMs ?? patienceMs) / 1000} s and was ended: the graphics driver hangs. Restarting the computer usually helps.${said(answer)}`;
    case 'missing':
      return 'nvidia-smi was not found.';
    case 'not-started':
      return `nvidia-smi could not be started: ${answer.errors}`;
    case 'too-much':
      return null;
    case 'exit':
      if (answer.exitCode === 0) return null;
      return explainFailure(answer.errors.trim() === '' ? answer.output : answer.errors, answer.exitCode);
  }
}

/** What is worth telling of an answer that could be read. */
function remarks(answer: ProcessAnswer): readonly string[] {
  return [
    ...(answer.end === 'too-much' ? ['nvidia-smi wrote more than 1 MiB where a few lines were asked for; it was ended and the rest was not read.'] : []),
    ...(answer.errors.trim() === '' ? [] : [`nvidia-smi answered and complained: ${clip(answer.errors)}`]),
  ];
}

function processProblems(answer: ProcessAnswer, question: NvidiaQuestion, alreadyTold: readonly string[]): readonly string[] {
  if (answer.end === 'exit' && answer.exitCode === 0) return answer.errors.trim() === '' ? [] : [`nvidia-smi answered and complained: ${clip(answer.errors)}`];
  if (answer.end === 'exit' && parseProcesses(answer.output).length > 0) {
    const others = answer.output.split('\n').filter((line) => parseProcesses(line).length === 0);
    const why = explainFailure(`${others.join('\n').trim()}\n${answer.errors}`, answer.exitCode);
    return alreadyTold.includes(why) ? [] : [`Which programs use the graphics cards is known in part only: ${why}`];
  }
  const why = answer.end === 'too-much' ? 'its answer was longer than 1 MiB' : (failure(answer, question) ?? '');
  return [`Which programs use the graphics card is unknown: ${why}`];
}

function said(answer: ProcessAnswer): string {
  return answer.errors.trim() === '' ? '' : ` It said: ${clip(answer.errors)}`;
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
