import { cleanQuits } from './clean-quit.ts';
import { backOff, crashLoops } from './crash-loop.ts';
import { hungFakes } from './hung.ts';
import { killedFakes } from './killed.ts';
import { fakesThatDoNotStart } from './not-starting.ts';
import { takenPorts } from './ports.ts';
import type { Cut, Promised } from './promised.ts';
import { realEngines } from './real-engines.ts';
import { killedSupervisors } from './supervisor-killed.ts';

export interface Part {
  readonly id: string;
  readonly title: string;
  readonly run: (cut: Cut) => Promise<readonly Promised[]>;
}

export const parts: readonly Part[] = [
  { id: 'killed', title: 'Fake engines are killed', run: killedFakes },
  { id: 'not-starting', title: 'Fake engines do not start', run: fakesThatDoNotStart },
  { id: 'waiting', title: 'Fake engines hang, or crash again and again', run: waiting },
  { id: 'supervisor', title: 'Supervisors are killed', run: killedSupervisors },
  { id: 'ports', title: 'Ports are taken', run: takenPorts },
  { id: 'quit', title: 'Everything is told to stop', run: cleanQuits },
  { id: 'real', title: 'Real engines are killed', run: realEngines },
];

/** Attempts until the delay has come to its longest, and until a second such one: the short cut does not wait for them. */
const attempts = { short: 4, whole: 9 };

/** What is mostly waiting is done side by side. */
async function waiting(cut: Cut): Promise<readonly Promised[]> {
  const [hung, delays, loops] = await Promise.all([hungFakes(cut), backOff(cut, cut.isWhole ? attempts.whole : attempts.short), crashLoops(cut)]);
  return [...hung, ...delays, ...loops];
}
