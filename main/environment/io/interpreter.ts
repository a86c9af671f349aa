import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { FaultError } from '../../platform/fault.ts';
import { rememberedPythonFailure, type Folders } from '../../platform/folders.ts';
import { downloadEnvironment } from '../../platform/process-environment.ts';
import { isWorthAsking, listedPythons, pythonMissing, readFailure, unsuitableBecause } from '../interpreter-choice.ts';
import { pythonForShim } from './python.ts';
import { runTool } from './run-tool.ts';
import type { RunOptions, Uv, UvRunner } from './uv.ts';

/** A Python that environments can be made from. */
export interface Interpreter {
  readonly path: string;
  /** "3.11" */
  readonly series: string;
  /** Ours, fetched by uv; or one that was on this computer. */
  readonly origin: 'managed' | 'system';
}

export interface InterpreterOptions {
  readonly folders: Folders;
  /** "3.11", the best first. */
  readonly versions: readonly [string, ...string[]];
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/** One try that soon ends where the release site cannot be reached: 0.2 s without a network, 3 s behind a wall that answers nothing. */
const hurried = { UV_HTTP_RETRIES: '0', UV_HTTP_CONNECT_TIMEOUT: '3', UV_HTTP_TIMEOUT: '10' };

/** What a Python is like, in the words of `unsuitableBecause`. ctypes, ssl and zlib: a Python built without them fails later and less clearly. */
const question = `
import ctypes, json, os, ssl, sys, sysconfig, zlib
print(json.dumps({
  "path": sys.executable,
  "is64Bit": sys.maxsize > 2**32,
  "isFreeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
  "isConda": os.path.isdir(os.path.join(sys.base_prefix, "conda-meta")),
  "isVirtual": sys.prefix != sys.base_prefix,
}))`;

/** A Python of our own, fetched when it can be; else one of this computer that will do; else a fault that says what to install. */
export async function findInterpreter(uv: Uv, options: InterpreterOptions): Promise<Interpreter> {
  const { folders, nowMs, signal } = options;
  const managed = await managedPython(uv, options);
  if (managed !== null) return managed;

  const source = process.env['UV_PYTHON_INSTALL_MIRROR'] ?? '';
  const memory = rememberedPythonFailure(folders);
  if (isWorthAsking(readFailure(await readFile(memory, 'utf8').catch(() => '')), source, nowMs)) {
    const fetched = await fetchPython(uv, options, hurried);
    if (fetched.python !== null) return fetched.python;
    await mkdir(folders.data, { recursive: true });
    await writeFile(memory, JSON.stringify({ source, failedMs: nowMs }));
  }
  signal?.throwIfAborted();

  const unsuitable = new Map<string, string>();
  const system = await systemPython(uv, options, unsuitable);
  if (system !== null) return system;

  // Nothing else is left, so now with all patience.
  const { python, reason } = await fetchPython(uv, options, {});
  if (python !== null) return python;
  throw new FaultError(pythonMissing(options.versions, unsuitable, reason, process.platform));
}

async function managedPython(uv: Uv, { versions, signal }: InterpreterOptions): Promise<Interpreter | null> {
  for (const series of versions) {
    const found = await uv.run(['python', 'find', '--managed-python', '--no-python-downloads', series], { signal });
    signal?.throwIfAborted();
    if (found.ok) return { path: found.stdout, series, origin: 'managed' };
  }
  return null;
}

async function fetchPython(uv: Uv, options: InterpreterOptions, preset: NonNullable<RunOptions['preset']>): Promise<{ python: Interpreter | null; reason: string }> {
  const { versions, signal, onLine } = options;
  // One that is too old for the engines can still run the shim.
  const keeper = await pythonForShim(downloadEnvironment(process.env));
  const runner: UvRunner = keeper === null ? uv : uv.keptBy(keeper);
  const fetched = await runner.run(['python', 'install', versions[0]], { signal, onLine, preset });
  signal?.throwIfAborted();
  return { python: fetched.ok ? await managedPython(uv, options) : null, reason: fetched.lastLines };
}

/** The first of this computer that will do. What does not is noted in `unsuitable`, by path with its reason. */
async function systemPython(uv: Uv, { versions, signal }: InterpreterOptions, unsuitable: Map<string, string>): Promise<Interpreter | null> {
  async function asked(path: string, series: string): Promise<Interpreter | null> {
    if (unsuitable.has(path)) return null;
    const answer = await runTool(path, ['-I', '-c', question], { env: downloadEnvironment(process.env), signal });
    signal?.throwIfAborted();
    const verdict = unsuitableBecause(answer.ok ? answer.stdout : null);
    if ('path' in verdict) return { path: verdict.path, series, origin: 'system' };
    unsuitable.set(path, verdict.reason);
    return null;
  }
  for (const series of versions) {
    // --system: a .venv in the folder we were started from is somebody else's.
    const found = await uv.run(['python', 'find', '--system', '--no-managed-python', '--no-python-downloads', series], { signal });
    const python = found.ok ? await asked(found.stdout, series) : null;
    if (python !== null) return python;
  }
  if (unsuitable.size === 0) return null;
  // Behind the ones that uv would take there may be others. Asking for all takes longer: uv runs each.
  const all = await uv.run(['python', 'list', '--only-installed', '--no-managed-python', '--output-format', 'json'], { signal });
  for (const { path, series } of listedPythons(all.ok ? all.stdout : '', versions)) {
    const python = await asked(path, series);
    if (python !== null) return python;
  }
  return null;
}
