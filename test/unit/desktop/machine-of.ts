import type { HardwareReport } from '../../../main/hardware/model.ts';
import type { Finding } from '../../../main/platform/finding.ts';

/** A small machine; tests say what of it matters to them. */
export function machineOf(differences: Partial<HardwareReport>): HardwareReport {
  return {
    os: { platform: 'linux', release: '6.1.0', arch: 'x64', wsl: false, container: false },
    cpu: { model: 'AMD Ryzen 7 5800H', cores: 8, flags: ['avx', 'avx2'] },
    memoryMiB: 16_000,
    disks: [],
    displays: 1,
    power: null,
    gpus: [],
    toolkit: null,
    driver: null,
    processes: [],
    ollama: null,
    warnings: [],
    ...differences,
  };
}

/** A card that failed its check. */
export const finding: Finding = {
  fault: 'launch-failure',
  severity: 'warning',
  title: 'The RTX 3060 failed its check, so Earshot leaves it alone.',
  detail: 'A small computation on it ended with an error.',
  evidence: ['CUDA error 719'],
  remedies: [],
};
