import { z } from 'zod';
import type { Fault } from '../platform/fault.ts';
import { parseJsonText } from '../platform/json-text.ts';

/** When a Python could not be fetched, and from where. */
export interface PythonFailure {
  /** Address of a mirror; empty for the release site that uv knows. */
  readonly source: string;
  readonly failedMs: number;
}

const failureSchema = z.object({ source: z.string(), failedMs: z.number() });
const answerSchema = z.object({ path: z.string().min(1), is64Bit: z.boolean(), isFreeThreaded: z.boolean(), isConda: z.boolean(), isVirtual: z.boolean() });
const listSchema = z.array(
  z.object({ path: z.string().nullable(), implementation: z.string(), variant: z.string(), version_parts: z.object({ major: z.number(), minor: z.number() }) }),
);

const askedAgainMs = 24 * 3_600_000;

/** What was remembered; null when it is nothing or cannot be read, and then it is asked again. */
export function readFailure(text: string): PythonFailure | null {
  return failureSchema.safeParse(parsed(text)).data ?? null;
}

/** Whether to try and fetch a Python, or whether that failed there within a day: a computer that is offline must not pay at each start. */
export function isWorthAsking(failure: PythonFailure | null, source: string, nowMs: number): boolean {
  return failure?.source !== source || nowMs < failure.failedMs || nowMs - failure.failedMs >= askedAgainMs;
}

/** Reads what a Python said of itself (null: it did not run): where it is, or why nothing of ours can stand on it. */
export function unsuitableBecause(answer: string | null): { readonly path: string } | { readonly reason: string } {
  if (answer === null) return { reason: 'it does not run, or lacks a part of the standard library' };
  const said = answerSchema.safeParse(parsed(answer)).data;
  if (said === undefined) return { reason: 'it does not answer as a Python does' };
  if (!said.is64Bit) return { reason: 'it is a 32-bit one, and the engines exist for 64 bits only' };
  if (said.isFreeThreaded) return { reason: 'it is a free-threaded build, for which the engines do not exist' };
  if (said.isConda) return { reason: 'it belongs to a Conda installation, whose libraries clash with those of the engines' };
  if (said.isVirtual) return { reason: 'it belongs to the environment of another program' };
  return { path: said.path };
}

/** Of what `uv python list` printed, the ordinary ones of the wanted versions, those of the first version first. */
export function listedPythons(text: string, versions: readonly string[]): readonly { readonly path: string; readonly series: string }[] {
  const listed = listSchema.safeParse(parsed(text)).data ?? [];
  return versions.flatMap((series) =>
    listed.flatMap(({ path, implementation, variant, version_parts: { major, minor } }) =>
      path !== null && implementation === 'cpython' && variant === 'default' && `${major}.${minor}` === series ? [{ path, series }] : [],
    ),
  );
}

/** No Python to build on: what was found, why it will not do, and what to install. */
export function pythonMissing(versions: readonly string[], unsuitable: ReadonlyMap<string, string>, fetchReason: string, platform: NodeJS.Platform): Fault {
  const found = [...unsuitable].map(([path, reason]) => `${path}: ${reason}`);
  const wanted = versions[0] ?? '';
  return {
    id: 'python-missing',
    title: found.length === 0 ? `Earshot needs Python ${versions.join(', ')} and found none.` : `Earshot needs Python ${versions.join(', ')}, and those on this computer will not do.`,
    detail: [...found, `A Python of its own could not be fetched: ${fetchReason}`].join('\n'),
    cure:
      platform === 'win32'
        ? `Install Python ${wanted} (64-bit) from python.org, or connect to the internet so that Earshot can fetch its own; then start again.`
        : `Install it (Debian and Ubuntu: sudo apt install python3; Fedora: sudo dnf install python${wanted}), or connect to the internet so that Earshot can fetch its own; then start again.`,
  };
}

function parsed(text: string): unknown {
  const read = parseJsonText(text);
  return 'content' in read ? read.content : null;
}
