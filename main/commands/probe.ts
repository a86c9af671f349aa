import { probe } from '../hardware/io/probe.ts';
import type { Gpu, GpuProcess, HardwareReport } from '../hardware/model.ts';
import { programName } from '../hardware/program-name.ts';
import { rememberedCards, userFolders } from '../platform/folders.ts';
import type { Output } from './output.ts';

/** `earshot probe`: what this machine is, read without touching CUDA. */
export async function runProbe(output: Output, nvidiaSmi: string | undefined): Promise<number> {
  // What another program than the system's says is not worth remembering.
  const options = nvidiaSmi === undefined ? { rememberedPath: rememberedCards(userFolders(process.env)) } : { nvidiaSmi };
  const report = await probe(options, process.env);
  output.result(report, probeText(report));
  return 0;
}

/** The report as a block that a person can read. */
export function probeText(report: HardwareReport): string {
  const { os, cpu, gpus, driver, toolkit } = report;
  const place = [os.wsl ? 'inside Windows (WSL)' : '', os.container ? 'in a container' : ''].filter((text) => text !== '').join(', ');
  const real = gpus.filter((gpu) => !gpu.virtual);
  const rows: (readonly [string, string])[] = [
    ['System', `${os.platform === 'win32' ? 'Windows' : 'Linux'} ${os.release} ${os.arch}${place === '' ? '' : `, ${place}`}`],
    ['Processor', `${cpu.model}, ${count(cpu.cores, 'core')}${cpu.flags.includes('avx2') ? ', fast arithmetic (AVX2)' : ''}`],
    ['Memory', gibibytes(report.memoryMiB)],
    ...report.disks.map((disk): readonly [string, string] => ['Disk', `${disk.mount}, ${gibibytes(disk.freeMiB)} free`]),
    ['Screens', report.displays === 0 ? 'none connected' : count(report.displays, 'screen')],
    ['Power', powerText(report.power)],
    ...(real.length === 0 ? [['Graphics', 'no graphics card was found; Earshot works on the processor'] as const] : []),
    ...gpus.flatMap((gpu) => graphicsRows(gpu, report.processes)),
    ['Driver', driver === null ? 'no NVIDIA driver' : `NVIDIA ${driver.version}${driver.cudaVersion === null ? '' : `, made for CUDA ${driver.cudaVersion}`}`],
    ...(toolkit === null ? [] : [['Toolkit', `CUDA ${toolkit} is installed; Earshot does not need it`] as const]),
    ['Ollama', ollamaText(report.ollama)],
    ...report.warnings.map((warning): readonly [string, string] => ['Warning', warning]),
  ];
  // A name that repeats stands once.
  return rows.map(([name, text], index) => `${(rows[index - 1]?.[0] === name && name !== 'Warning' ? '' : name).padEnd(11)}${text.replaceAll('\n', ' ')}`).join('\n');
}

function graphicsRows(gpu: Gpu, processes: readonly GpuProcess[]): readonly (readonly [string, string])[] {
  if (gpu.virtual) return [['Graphics', `${gpu.name}: exists in software only, cannot compute`]];
  if (gpu.vendor !== 'NVIDIA') return [['Graphics', `${gpu.name}: shows the picture; Earshot computes on NVIDIA cards only`]];
  const users = processes.filter((program) => program.uuid === gpu.uuid);
  return [
    ['Graphics', `${gpu.name}, ${memoryText(gpu)}`],
    ['', generation(gpu.computeCapability)],
    ...(gpu.powerState === 'suspended' ? [['', 'asleep to save power; it was not woken to be asked'] as const] : []),
    ...(gpu.mig ? [['', 'divided into parts (MIG)'] as const] : []),
    ...(gpu.accessible === false ? [['', 'this user may not use it'] as const] : []),
    ...users.map((program) => ['', `used by ${programText(program)}`] as const),
    ['', [`number ${gpu.index}`, gpu.uuid, gpu.deviceNode].filter((part) => part !== null).join(', ')],
  ];
}

function memoryText({ memoryMiB, freeMiB }: Gpu): string {
  if (memoryMiB === null) return 'memory unknown';
  return `${gibibytes(memoryMiB)} of memory${freeMiB === null ? '' : `, ${gibibytes(freeMiB)} free`}`;
}

/** What a capability means to somebody who has never heard of one. */
function generation(capability: string | null): string {
  if (capability === null) return 'its generation (compute capability) is unknown';
  const number = Number(capability);
  const word =
    number < 5 ? 'too old for today’s speech programs' : number < 7.5 ? 'an older generation: needs programs built for it' : number < 10 ? 'a current generation' : 'the newest generation: needs new programs';
  return `compute capability ${capability}, ${word}`;
}

function programText(process: GpuProcess): string {
  return `${programName(process)}${process.ours ? ', Earshot’s own' : ''}${process.usedMiB === null ? '' : `: ${process.usedMiB} MiB`}`;
}

function powerText(power: HardwareReport['power']): string {
  if (power === null) return 'no battery';
  const charge = power.percent === null ? '' : `, ${power.percent} %`;
  return `${power.onMains ? 'plugged in' : 'on battery'}${charge}`;
}

function ollamaText(ollama: HardwareReport['ollama']): string {
  if (ollama === null) return 'not installed';
  if (!ollama.running) return `${ollama.version} is installed and not running`;
  const loaded = ollama.models.filter((model) => model.sizeVramMiB !== null).map((model) => `${model.name} loaded, ${model.sizeVramMiB ?? 0} MiB on the graphics card`);
  return [`${ollama.version}, running, ${count(ollama.models.length, 'model')}`, ...loaded].join('; ');
}

function gibibytes(mebibytes: number): string {
  return `${(mebibytes / 1024).toFixed(1)} GiB`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
