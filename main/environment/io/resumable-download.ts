import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../platform/text.ts';
import { judge, rangeHeaders, type Asked, type RefusalCode, type Verdict } from '../download-answer.ts';
import { seenBytes } from '../download-format.ts';
import type { DownloadPolicy } from '../download-policy.ts';
import { downloadPolicy, isUnreachable, waitAfter } from '../download-policy.ts';
import { ask, type HttpAnswer } from './http.ts';
import { openPartial, type PartialFile } from './partial-file.ts';
import type { ExpectedFile } from './verified-file.ts';

export interface Download {
  readonly url: string;
  /** What the file must be; a file that is not gets no place. */
  readonly expected: ExpectedFile;
  /** Folder in which parts are kept; on one disk with `path`. */
  readonly store: string;
  /** Where the file stands once it is whole and right. */
  readonly path: string;
  /** Says from its first bytes what speaks against a file that nobody has seen before. */
  readonly objection?: ((first: Uint8Array) => string | null) | undefined;
  readonly authorisation?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (received: number) => void;
  readonly onLine: (line: string) => void;
  readonly patience?: Patience | undefined;
}

/** How long a download waits, and how. */
export interface Patience {
  readonly policy: DownloadPolicy;
  readonly wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** Why a download was given up. */
export interface DownloadProblem {
  readonly code: RefusalCode | 'unreachable' | 'interrupted' | 'wrong-checksum';
  readonly message: string;
}

const ordinaryPatience: Patience = {
  policy: downloadPolicy,
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

/** What is worth a record of its own when the process may be killed in the middle of it. */
const recordFromBytes = 1024 ** 2;

/**
 * Brings one file: goes on where an earlier download of it ended, in this run of the app or another, and asks again when
 * the line is cut. Ends with the file in its place, or with why it is not; throws when the disk fails or it is cancelled.
 */
export async function download(request: Download): Promise<DownloadProblem | null> {
  const { store, expected, path } = request;
  request.signal?.throwIfAborted();
  const file = await openPartial(store, expected.digest, expected.bytes);
  let moved = false;
  try {
    // Bytes of an earlier run may have been lost in a power cut, so they get a second chance from where the disk is sure.
    const sure = file.knownGoodBytes();
    const fallBackTo = sure > 0 ? [sure, 0] : [0];
    for (const kept of fallBackTo) {
      const problem = await fetchRest(file, request);
      if (problem !== null) return problem;
      if (await file.isRight()) {
        const objection = request.objection?.(await file.first(seenBytes)) ?? null;
        if (objection !== null) return { code: 'wrong-file', message: objection };
        await file.moveTo(path);
        moved = true;
        return null;
      }
      await file.cutBackTo(kept < expected.bytes ? kept : 0);
    }
    return { code: 'wrong-checksum', message: 'the file has the wrong checksum' };
  } finally {
    if (!moved) await file.close();
  }
}

async function fetchRest(file: PartialFile, request: Download): Promise<DownloadProblem | null> {
  const { url, expected, signal, onLine, patience: { policy, wait } = ordinaryPatience } = request;
  let asked: Asked = { url, range: true };
  let failures = 0;
  let gaveBytes = false;
  while (file.part().bytes < expected.bytes) {
    const before = file.part().bytes;
    const outcome = await attempt(file, asked, request);
    signal?.throwIfAborted();
    const got = outcome.received > 0;
    gaveBytes ||= got;
    if (file.part().bytes > before) {
      failures = 0;
      asked = { url, range: true };
    }
    if (outcome.problem === null) continue;
    const { problem } = outcome;
    if (problem.kind === 'refused') return { code: problem.code, message: problem.why };
    if (problem.kind === 'ask-for-all') {
      // Once is a server's habit; twice is none.
      if (!asked.range) return { code: 'refused', message: problem.why };
      asked = { url, range: false };
      continue;
    }
    failures += 1;
    const unreachable = problem.kind === 'failed' && problem.unreachable;
    const retryAfterMs = problem.kind === 'wait' ? problem.retryAfterMs : null;
    const waitMs = waitAfter({ inARow: failures, retryAfterMs, unreachable, gaveBytes }, policy);
    if (waitMs === null) return { code: unreachable ? 'unreachable' : 'interrupted', message: problem.why };
    onLine(`${expected.name}: ${problem.why}; going on in ${waitMs / 1000} s`);
    await wait(waitMs, signal);
  }
  return null;
}

interface Failed {
  readonly kind: 'failed';
  readonly why: string;
  readonly unreachable: boolean;
}

type Trouble = Exclude<Verdict, { kind: 'take' | 'start-over' }> | Failed;

/** Asks once and keeps every byte that comes of it. */
async function attempt(file: PartialFile, asked: Asked, request: Download): Promise<{ readonly received: number; readonly problem: Trouble | null }> {
  const { expected, signal, authorisation, patience: { policy } = ordinaryPatience } = request;
  let answer: HttpAnswer;
  try {
    answer = await ask({ url: asked.url, headers: rangeHeaders(file.part(), asked), authorisation, signal, stallAfterMs: policy.stallAfterMs });
  } catch (error) {
    return { received: 0, problem: failed(error) };
  }
  try {
    const verdict = judge(answer, file.part(), asked, expected.bytes, Date.now());
    if (verdict.kind !== 'take' && verdict.kind !== 'start-over') {
      const problem = { ...verdict, why: `${answer.host} ${verdict.why}` };
      // The storage that a hub sends us on to knows no tokens: it refuses addresses that grew old, or us.
      const elsewhere = problem.kind === 'refused' && problem.code === 'unauthorised' && answer.host !== new URL(asked.url).host;
      return { received: 0, problem: elsewhere ? { ...problem, code: 'refused' } : problem };
    }
    if (verdict.kind === 'start-over') {
      request.onLine(`${expected.name}: ${answer.host} ${verdict.why}; starting over`);
      await file.cutBackTo(0);
    }
    const validator = verdict.validator === null ? null : { ...verdict.validator, url: asked.url };
    if (expected.bytes > recordFromBytes) await file.settle(validator ?? file.part().validator);
    return await takeIn(file, answer, verdict.kind === 'take' ? verdict.skip : 0, request);
  } finally {
    answer.close();
  }
}

async function takeIn(file: PartialFile, answer: HttpAnswer, skip: number, request: Download): Promise<{ readonly received: number; readonly problem: Trouble | null }> {
  const { expected, onBytes } = request;
  let passOver = skip;
  let received = 0;
  try {
    for await (const chunk of answer.body) {
      received += chunk.length;
      const fresh = chunk.subarray(Math.min(passOver, chunk.length));
      passOver -= chunk.length - fresh.length;
      if (file.part().bytes + fresh.length > expected.bytes) {
        // Whatever this is, its first bytes are no better than its last.
        await file.cutBackTo(0);
        return { received, problem: { kind: 'refused', code: 'wrong-file', why: `${answer.host} sent more than the file's ${expected.bytes} bytes` } };
      }
      await diskWrite(() => file.append(fresh));
      onBytes(file.part().bytes);
    }
  } catch (error) {
    if (error instanceof DiskError) {
      // So little costs less to fetch again than it helps to have the room.
      if (file.part().bytes < recordFromBytes) await file.cutBackTo(0);
      throw error.cause;
    }
    await file.settle();
    return { received, problem: failed(error) };
  }
  if (file.part().bytes === expected.bytes) return { received, problem: null };
  return { received, problem: { kind: 'failed', why: `${answer.host} ended the file before its time`, unreachable: false } };
}

/** Tells a disk that fails from a line that does: the one is the person's to mend, the other is asked again. */
class DiskError extends Error {
  constructor(override readonly cause: unknown) {
    super('the disk failed', { cause });
  }
}

async function diskWrite(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new DiskError(error);
  }
}

function failed(error: unknown): Failed {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return { kind: 'failed', why: errorMessage(error), unreachable: isUnreachable(code, errorMessage(cause)) };
}
