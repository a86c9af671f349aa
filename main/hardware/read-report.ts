import { describe, isRecord, list, shown, type Described } from './described.ts';
import { cudaVersionOf } from './driver.ts';
import { readGpus } from './read-gpus.ts';
import type { GpuProcess, HardwareReport, OllamaReport } from './model.ts';

export type ReportReading =
  | { readonly report: HardwareReport; readonly warnings: readonly string[] }
  /** The text is no description at all; the sentence says why. */
  | { readonly problem: string };

const fields = ['os', 'cpu', 'memoryMiB', 'disks', 'displays', 'power', 'gpus', 'toolkit', 'driver', 'processes', 'ollama', 'warnings'];

/** What nothing is decided by; to lack it is nothing to tell. */
const lessKnown = ['displays'];

/** Reads the JSON of `earshot probe`, of this machine or another, whole or shortened by hand. Never throws. */
export function readHardwareReport(text: string): ReportReading {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { problem: `The description of the machine is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isRecord(document)) return { problem: `The description of the machine is ${shown(document)}, not an object as “earshot probe --json” prints it.` };
  return reportFrom(document);
}

/** The same for a description that is an object already. What was assumed stands in `warnings`, and in the report's own. */
export function reportFrom(document: Readonly<Record<string, unknown>>): { readonly report: HardwareReport; readonly warnings: readonly string[] } {
  const notes: string[] = [];
  const whole = describe(document, '', fields, notes, lessKnown);
  const os = readOs(whole.raw('os'), notes);
  const gpus = readGpus(list(whole, 'gpus'), notes);
  const report = {
    os,
    cpu: readCpu(whole.raw('cpu'), os.arch, notes),
    memoryMiB: whole.mebibytes('memoryMiB', 8192),
    disks: (whole.raw('disks') === undefined ? [] : list(whole, 'disks')).map((value, index) => readDisk(value, `disks[${index}]`, notes)),
    displays: whole.whole('displays', 1),
    power: readPower(whole, notes),
    gpus,
    toolkit: versionOrNull(whole, 'toolkit'),
    driver: readDriver(whole, os.platform === 'win32' || os.wsl ? 'win32' : 'linux', notes),
    processes: list(whole, 'processes').map((value, index) => readProcess(value, `processes[${index}]`, gpus.length === 1 ? (gpus[0]?.uuid ?? '') : '', notes)),
    ollama: readOllama(whole, notes),
  };
  const own = whole.texts('warnings', []);
  whole.finish();
  return { report: { ...report, warnings: [...own, ...notes] }, warnings: notes };
}

function readOs(value: unknown, notes: string[]): HardwareReport['os'] {
  const os = describe(value, 'os', ['platform', 'release', 'arch', 'wsl', 'container'], notes);
  const named = os.text('platform', 'linux');
  if (named !== 'linux' && named !== 'win32') os.note('platform', `is ${shown(named)}: taken as "linux".`);
  const read = {
    platform: named === 'win32' ? 'win32' : 'linux',
    release: os.text('release', ''),
    arch: os.text('arch', 'x64'),
    wsl: os.flag('wsl', false),
    container: os.flag('container', false),
  } as const;
  os.finish();
  return read;
}

function readCpu(value: unknown, arch: string, notes: string[]): HardwareReport['cpu'] {
  const cpu = describe(value, 'cpu', ['model', 'cores', 'flags'], notes);
  const cores = cpu.whole('cores', 4);
  if (cores === 0) cpu.note('cores', 'is 0: taken as 1.');
  // Nearly every x86 processor of the last ten years has both.
  const read = { model: cpu.text('model', 'unknown'), cores: Math.max(1, cores), flags: cpu.texts('flags', arch === 'x64' ? ['avx', 'avx2'] : []) };
  cpu.finish();
  return read;
}

function readDisk(value: unknown, path: string, notes: string[]): HardwareReport['disks'][number] {
  const disk = describe(value, path, ['mount', 'freeMiB'], notes);
  const read = { mount: disk.text('mount', '/'), freeMiB: disk.mebibytes('freeMiB', 0) };
  disk.finish();
  return read;
}

function readPower(whole: Described, notes: string[]): HardwareReport['power'] {
  const value = whole.raw('power');
  if (value === undefined || value === null) return null;
  const power = describe(value, 'power', ['onMains', 'percent'], notes);
  const onMains = power.flag('onMains', true);
  const percent = power.raw('percent') === null ? null : power.whole('percent', 100);
  power.finish();
  return { onMains, percent };
}

/** A version, which a person easily writes without its quotes. */
function versionOrNull(owner: Described, key: string): string | null {
  const value = owner.raw(key);
  if (typeof value !== 'number') return owner.textOrNull(key);
  owner.note(key, `is the number ${value}: taken as the version "${value}".`);
  return String(value);
}

function readDriver(whole: Described, platform: 'linux' | 'win32', notes: string[]): HardwareReport['driver'] {
  const value = whole.raw('driver');
  if (value === undefined) whole.note('driver', 'is missing: taken as a machine without an NVIDIA driver.');
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number') {
    const isEmpty = String(value).trim() === '';
    whole.note('driver', `is ${shown(value)}: taken as ${isEmpty ? 'no driver' : 'its version'}.`);
    return isEmpty ? null : { version: String(value), cudaVersion: cudaVersionOf(String(value), platform) };
  }
  const driver = describe(value, 'driver', ['version', 'cudaVersion'], notes);
  const version = versionOrNull(driver, 'version') ?? '';
  const cudaVersion = driver.raw('cudaVersion') === undefined ? cudaVersionOf(version, platform) : versionOrNull(driver, 'cudaVersion');
  driver.finish();
  if (version === '') whole.note('driver', 'has no version: taken as no driver.');
  return version === '' ? null : { version, cudaVersion };
}

function readProcess(value: unknown, path: string, onlyUuid: string, notes: string[]): GpuProcess {
  const program = describe(value, path, ['pid', 'uuid', 'usedMiB', 'name', 'ours'], notes, ['ours']);
  const read = {
    pid: program.whole('pid', 0),
    uuid: program.text('uuid', onlyUuid),
    usedMiB: program.mebibytesOrNull('usedMiB'),
    name: program.text('name', ''),
    ours: program.flag('ours', false),
  };
  program.finish();
  return read;
}

function readOllama(whole: Described, notes: string[]): OllamaReport | null {
  const value = whole.raw('ollama');
  if (value === undefined) whole.note('ollama', 'is missing: taken as a machine without Ollama.');
  if (value === undefined || value === null) return null;
  const ollama = describe(value, 'ollama', ['version', 'running', 'models', 'url'], notes, ['url']);
  const models = list(ollama, 'models').map((entry, index) => {
    const model = describe(typeof entry === 'string' ? { name: entry } : entry, `ollama.models[${index}]`, ['name', 'sizeBytes', 'sizeVramMiB'], notes, ['sizeBytes', 'sizeVramMiB']);
    const read = { name: model.text('name', ''), sizeBytes: model.whole('sizeBytes', 0), sizeVramMiB: model.mebibytesOrNull('sizeVramMiB') };
    model.finish();
    return read;
  });
  const read = { version: ollama.text('version', 'unknown'), running: ollama.flag('running', false), models, url: ollama.text('url', 'http://127.0.0.1:11434') };
  ollama.finish();
  return read;
}
