import { overridesChange } from '../settings/change.ts';
import { overridesSchema } from '../settings/overrides.ts';
import { alwaysMet, type Remedy } from './model.ts';

export const backToAutomatic: Remedy = {
  id: 'back-to-automatic',
  title: 'Let Earshot decide everything again',
  options: [],
  change: (_given, { settings }) => ({ kind: 'change', change: { overrides: overridesChange(settings.overrides, overridesSchema.parse({})) }, unmet: alwaysMet }),
};
