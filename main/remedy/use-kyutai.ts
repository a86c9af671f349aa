import { noTorch } from '../plan/torch-build.ts';
import type { SettingsChange } from '../settings/change.ts';
import { setServiceOverride } from '../settings/change.ts';
import { granted, machineProblem, originOf, type Problem, type Remedy } from './model.ts';
import { isServer, serverSentence } from './service-override.ts';
import { otherModel } from './use-model.ts';

/** The best of them that this computer can run; the environment with PyTorch that it needs arrives with it. */
export const useKyutai: Remedy = {
  id: 'use-kyutai',
  title: 'Understand speech word by word, with Kyutai',
  options: [],
  change: (_given, facts) => {
    if (isServer('stt', facts)) return machineProblem(serverSentence('stt'));
    const { candidates } = facts.catalogue;
    const streaming = candidates.filter(({ engine }) => engine === 'kyutai').sort((a, b) => b.quality.score - a.quality.score);
    let problem: Problem = machineProblem('This version knows no model of Kyutai.');
    for (const { id } of streaming) {
      const { overrides = {} } = setServiceOverride('stt', { model: id }, originOf(useKyutai.id, facts));
      // Whoever wants this engine now wanted none that needs PyTorch before: the newer wish counts.
      const torch = facts.settings.overrides.torchBuild?.id === noTorch ? { torchBuild: null } : {};
      const change: SettingsChange = { overrides: { ...overrides, ...torch } };
      const decision = granted(change, (plan) => otherModel(plan, 'stt', id, facts), facts);
      if (decision.kind === 'change') return decision;
      problem = decision;
    }
    const hasCard = facts.planFor(facts.settings).vram.length > 0;
    return hasCard || streaming.some(({ options }) => options.some(({ device }) => device === 'cpu'))
      ? problem
      : machineProblem('Kyutai needs a graphics card that Earshot can use, and this computer has none. Whisper understands speech here.');
  },
};
