import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import type { Folders } from '../../platform/folders.ts';
import { downloadEnvironment } from '../../platform/process-environment.ts';
import { downloadFault } from '../download-fault.ts';
import { environmentFingerprint } from '../fingerprint.ts';
import { moveIn } from './move-in.ts';
import { pythonForShim } from './python.ts';
import type { Uv, UvRunner } from './uv.ts';

export interface PythonEnvironment {
  readonly fingerprint: string;
  readonly python: string;
  readonly sitePackages: string;
}

interface Slot {
  readonly fingerprint: string;
  readonly folder: string;
  readonly lock: string;
  /** Hashed pins of what builds the one source distribution. */
  readonly buildLock: string;
  readonly interpreter: string;
  /** "3.11" */
  readonly pythonSeries: string;
}

/** Versions the lock was resolved for (the first) or runs on. */
const pythonVersions = ['3.11', '3.12', '3.13'];
const completeMark = 'earshot-complete';

/** Finds the slot the `voice` environment belongs in on this machine; fetches a Python when the system has none that fits. */
export async function voiceSlot(uv: Uv, folders: Folders, root: string, onLine: (line: string) => void): Promise<Slot> {
  const lock = join(root, 'python', 'locks', `voice.${platform() === 'win32' ? 'windows' : 'linux'}.txt`);
  const buildLock = join(root, 'python', 'locks', 'build.txt');
  const interpreter = await findPython(uv, onLine);
  const version = await uv.run(['python', 'find', '--show-version', interpreter]);
  // A patch release of Python (3.11.2 → 3.11.3) runs what was built for the one before.
  const pythonSeries = version.stdout.trim().split('.').slice(0, 2).join('.');
  const fingerprint = environmentFingerprint({
    lock: `${await readFile(lock, 'utf8')}\0${await readFile(buildLock, 'utf8')}`,
    pythonVersion: pythonSeries,
    platform: platform(),
    arch: arch(),
  });
  const folder = join(folders.data, 'environments', `voice-${fingerprint}`);
  return { fingerprint, folder, lock, buildLock, interpreter, pythonSeries };
}

/** The environment in `slot` if it was installed to its end. */
export function installedEnvironment(slot: Slot): PythonEnvironment | null {
  return existsSync(join(slot.folder, completeMark)) ? environmentIn(slot.folder, slot) : null;
}

/** Builds the environment beside its slot and moves it in with one rename, so a broken install is never started from. */
export async function installEnvironment(slot: Slot, uv: Uv, onLine: (line: string) => void): Promise<PythonEnvironment> {
  const staging = `${slot.folder}.staging-${randomBytes(4).toString('hex')}`;
  await mkdir(staging, { recursive: true });
  const kept = uv.keptBy(slot.interpreter);
  try {
    const made = await kept.run(['venv', '--no-config', '--relocatable', '--python', slot.interpreter, '--allow-existing', staging]);
    if (!made.ok) throw new Error(`uv could not make an environment: ${made.lastLines}`);
    const python = environmentIn(staging, slot).python;
    const installed = await kept.run(
      // docopt (through pipecat's num2words) exists as a source distribution only; everything else must be a wheel.
      ['pip', 'install', '--python', python, '--require-hashes', '--only-binary', ':all:', '--no-binary', 'docopt', '--build-constraints', slot.buildLock, '--compile-bytecode', '-r', slot.lock],
      onLine,
    );
    if (!installed.ok) throw new FaultError(downloadFault('the Python packages of the voice stack', null, [`uv: ${installed.lastLines}`]));
    await writeFile(join(staging, completeMark), slot.fingerprint);
    await moveIn(staging, slot.folder, () => installedEnvironment(slot) !== null);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return environmentIn(slot.folder, slot);
}

async function findPython(uv: Uv, onLine: (line: string) => void): Promise<string> {
  for (const version of pythonVersions) {
    // --system: a .venv in the folder we were started from is somebody else's.
    const found = await uv.run(['python', 'find', '--system', '--no-python-downloads', version]);
    if (found.ok) return found.stdout.trim();
  }
  const wanted = pythonVersions[0] ?? '3.11';
  // One that is too old for the engines can still run the shim.
  const keeper = await pythonForShim(downloadEnvironment(process.env));
  const runner: UvRunner = keeper === null ? uv : uv.keptBy(keeper);
  const fetched = await runner.run(['python', 'install', wanted], onLine);
  const found = fetched.ok ? await uv.run(['python', 'find', '--no-python-downloads', wanted]) : fetched;
  if (found.ok) return found.stdout.trim();
  throw new FaultError({
    id: 'python-missing',
    title: `Earshot needs Python ${pythonVersions.join(', ')} and found none.`,
    detail: `A Python of its own could not be fetched: ${fetched.lastLines}`,
    cure: 'Install Python 3.11 (Debian and Ubuntu: sudo apt install python3), then start again.',
  });
}

function environmentIn(folder: string, slot: Slot): PythonEnvironment {
  const windows = platform() === 'win32';
  return {
    fingerprint: slot.fingerprint,
    python: windows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python'),
    sitePackages: windows ? join(folder, 'Lib', 'site-packages') : join(folder, 'lib', `python${slot.pythonSeries}`, 'site-packages'),
  };
}
