import { probe } from '../hardware/io/probe.ts';
import type { HardwareReport } from '../hardware/model.ts';
import type { Output } from './output.ts';

/** `earshot probe`: what this machine is, read without touching CUDA. */
export async function runProbe(output: Output, nvidiaSmi: string | undefined): Promise<number> {
  const report = await probe(nvidiaSmi === undefined ? {} : { nvidiaSmi }, process.env);
  output.result(report, probeText(report));
  return 0;
}

function probeText(report: HardwareReport): string {
  const { os, cpu, memoryMiB, gpus, driver, ollama, warnings } = report;
  const place = [os.wsl ? 'WSL' : '', os.container ? 'container' : ''].filter((text) => text !== '').join(', ');
  return [
    `System     ${os.platform} ${os.release} ${os.arch}${place === '' ? '' : ` (${place})`}`,
    `Processor  ${cpu.model}, ${cpu.cores} cores`,
    `Memory     ${(memoryMiB / 1024).toFixed(1)} GiB`,
    ...(gpus.length === 0 ? ['Graphics   no NVIDIA GPU answers'] : []),
    ...gpus.map((gpu) => `Graphics   ${gpu.name}, ${gpu.memoryMiB ?? '?'} MiB (${gpu.freeMiB ?? '?'} MiB free), ${gpu.uuid}`),
    `Driver     ${driver?.version ?? 'none'}`,
    `Ollama     ${ollama === null ? 'not running' : `${ollama.version}, ${ollama.models.length} models`}`,
    ...warnings.map((warning) => `Warning    ${warning}`),
  ].join('\n');
}
