import type { RemedyArguments } from '../platform/finding.ts';
import { backToAutomatic } from './back-to-automatic.ts';
import { cpuOnly } from './cpu-only.ts';
import { excludeGpu } from './exclude-gpu.ts';
import { freeDiskSpace } from './free-disk-space.ts';
import { goBack } from './go-back.ts';
import { includeGpu } from './include-gpu.ts';
import { usageProblem, type Problem, type Remedy, type RemedyOption } from './model.ts';
import { moveToCpu } from './move-to-cpu.ts';
import { tryAgain } from './try-again.ts';
import { useKyutai } from './use-kyutai.ts';
import { useModel } from './use-model.ts';
import { useTorchBuild } from './use-torch-build.ts';
import { useWhisper } from './use-whisper.ts';

export const remedies: readonly Remedy[] = [
  useTorchBuild,
  excludeGpu,
  includeGpu,
  cpuOnly,
  moveToCpu,
  useModel,
  useKyutai,
  useWhisper,
  backToAutomatic,
  goBack,
  tryAgain,
  freeDiskSpace,
];

/** The remedy with this id, if it was asked for in the right way. */
export function findRemedy(id: string, given: RemedyArguments): Remedy | Problem {
  const remedy = remedies.find((one) => one.id === id);
  if (remedy === undefined) return usageProblem(`There is no remedy "${id}". There are: ${remedies.map((one) => one.id).join(', ')}.`);
  const missing = remedy.options.filter((option) => given[option] === undefined);
  if (missing.length > 0) return usageProblem(`The remedy "${id}" needs ${missing.map((option) => `--${option} ${placeholders[option]}`).join(' and ')}.`);
  const foreign = optionNames.filter((option) => given[option] !== undefined && !remedy.options.includes(option));
  return foreign.length === 0 ? remedy : usageProblem(`The remedy "${id}" has no option ${foreign.map((option) => `--${option}`).join(' and ')}.`);
}

export const placeholders: Readonly<Record<RemedyOption, string>> = { build: 'cu121|…|auto|none', gpu: 'UUID|NAME', service: 'stt|llm|tts', model: 'MODEL' };
const optionNames = ['build', 'gpu', 'service', 'model'] as const satisfies readonly RemedyOption[];
