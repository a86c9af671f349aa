import { mkdir } from 'node:fs/promises';
import { FaultError } from '../../platform/fault.ts';
import type { Lock } from '../lock.ts';
import { damagedCacheFile, uvFault } from '../uv-fault.ts';
import { pathsIn } from './slot-record.ts';
import { installArguments } from './torch-lock.ts';
import type { Interpreter } from './interpreter.ts';
import type { ToolResult } from './run-tool.ts';
import type { UvRunner } from './uv.ts';

export interface BuildOptions {
  readonly lock: Lock;
  readonly interpreter: Interpreter;
  /** Where it is built; nothing of ours stands there yet. */
  readonly folder: string;
  readonly uv: UvRunner;
  readonly packageIndex?: string | undefined;
  readonly torchIndex: string;
  /** What it is called when it cannot be had: "the Python packages of the voice stack". */
  readonly title: string;
  readonly onLine: (line: string) => void;
  readonly onBytes: (receivedBytes: number, totalBytes: number | null) => void;
  /** Looks whether the network is fit for it, before the first byte; throws a fault. Not called when everything is in uv's cache. */
  readonly beforeNetwork?: () => Promise<void>;
  /** Bytes of each package on the wire, by its name, as far as they are known. */
  readonly expectedBytes?: ReadonlyMap<string, number>;
  readonly signal: AbortSignal | undefined;
}

/** Makes a Python environment in `folder` with exactly the packages of the lock. Throws a fault that says why it cannot be. */
export async function buildSlot(options: BuildOptions): Promise<{ readonly python: string; readonly sitePackages: string }> {
  const { lock, interpreter, folder, uv, signal, onLine, onBytes, title } = options;
  await mkdir(folder, { recursive: true });
  const made = await uv.run(['venv', '--no-config', '--relocatable', '--python', interpreter.path, '--allow-existing', folder], { signal });
  signal?.throwIfAborted();
  const namedIndexes = [...(options.packageIndex === undefined ? [] : [options.packageIndex]), ...(lock.parts.some(({ index }) => index === 'pytorch') ? [options.torchIndex] : [])];
  const context = { build: lock.torch?.build ?? null, namedIndexes };
  if (!made.ok) throw new FaultError(uvFault('a place for the Python packages', made.lastLines, context));
  const paths = pathsIn(folder, interpreter.series);
  const total = totalOf(options.expectedBytes);
  let fetchedBytes = 0;
  let highest = 0;
  for (const part of lock.parts) {
    const args = installArguments(part, { ...options, python: paths.python });
    const result = await install(args, fetchedBytes);
    signal?.throwIfAborted();
    if (!result.ok) throw new FaultError(uvFault(title, result.lastLines, context));
    fetchedBytes = highest;
  }
  return paths;

  async function install(args: readonly string[], before: number): Promise<ToolResult> {
    // What was fetched once is in uv's cache: going back to a build needs no network, and waits for none.
    const kept = await uv.run([...args, '--offline'], { onLine, signal });
    if (kept.ok || wasStopped()) return kept;
    await options.beforeNetwork?.();
    const follow = { onLine, signal, ...(options.expectedBytes === undefined || lock.parts.length > 1 ? {} : { expectedBytes: options.expectedBytes }), onBytes: arrived };
    const result = await uv.run(args, follow);
    if (result.ok || damagedCacheFile(result.lastLines) === null || wasStopped()) return result;
    onLine('A package kept from an earlier download is damaged; fetching it again');
    return uv.run([...args, '--reinstall', '--refresh'], follow);

    /** A part counts from zero, and so does a second try: what a person watches only ever grows. */
    function arrived(received: number, ofPart: number | null): void {
      highest = Math.max(highest, before + received);
      onBytes(highest, total ?? (ofPart === null ? null : before + ofPart));
    }
  }

  function wasStopped(): boolean {
    return signal?.aborted ?? false;
  }
}

function totalOf(expectedBytes: ReadonlyMap<string, number> | undefined): number | null {
  return expectedBytes === undefined ? null : [...expectedBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
