import type { Candidate } from '../plan/candidate.ts';
import { isOptional } from '../plan/reach.ts';
import { granted, machineProblem, type Problem, type Remedy, type RemedyFacts } from './model.ts';
import { isServer, overrideWith, serverSentence } from './service-override.ts';
import { otherModel } from './use-model.ts';

/** The best of those that can be had without the hub: who goes back to Whisper wants to be understood now. */
export const useWhisper: Remedy = {
  id: 'use-whisper',
  title: 'Understand speech a question at a time, with Whisper',
  options: [],
  change: (_given, facts) => {
    if (isServer('stt', facts)) return machineProblem(serverSentence('stt'));
    let problem: Problem = machineProblem('This version knows no model of Whisper.');
    for (const { id } of ofWhisper(facts)) {
      const decision = granted(overrideWith('stt', { model: id }, useWhisper.id, facts), (plan) => otherModel(plan, 'stt', id, facts), facts);
      if (decision.kind === 'change') return decision;
      problem = decision;
    }
    return problem;
  },
};

function ofWhisper({ catalogue: { candidates, models } }: RemedyFacts): readonly Candidate[] {
  const withFiles = candidates.filter(({ engine, model }) => engine === 'whisper' && models.some((one) => one.id === model && !isOptional(one)));
  return withFiles.sort((a, b) => b.quality.score - a.quality.score);
}
