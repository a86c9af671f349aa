import type { Plan } from '../plan/model.ts';
import { overridesChange, type SettingsChange } from '../settings/change.ts';
import { machineProblem, settingsAfter, type Remedy, type RemedyFacts } from './model.ts';

/** Is itself undone by going back once more. */
export const goBack: Remedy = {
  id: 'go-back',
  title: 'Undo the last change',
  options: [],
  change: (_given, facts) => {
    const { settings, before } = facts;
    if (before === null) return machineProblem('There is nothing to go back to: no remedy has changed anything here.');
    const change: SettingsChange = { overrides: overridesChange(settings.overrides, before) };
    return { kind: 'change', change, unmet: (plan) => missingFrom(plan, change, facts) };
  },
};

/** What was before had its environments; without them it would not be what it was. */
function missingFrom(plan: Plan, change: SettingsChange, { settings, planFor }: RemedyFacts): string | null {
  const missing = planFor(settingsAfter(settings, change)).environments.find(({ id }) => plan.environments.every((one) => one.id !== id));
  return missing === undefined ? null : `The environment ${missing.id} could not be made.`;
}
