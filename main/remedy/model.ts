import type { HardwareReport } from '../hardware/model.ts';
import type { Catalogue } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import type { RemedyArguments } from '../platform/finding.ts';
import { changedFile, type SettingsChange } from '../settings/change.ts';
import type { Overrides } from '../settings/overrides.ts';
import { settingsSchema, type Settings } from '../settings/schema.ts';

export type RemedyOption = keyof RemedyArguments;

/** One edit of the plan that cures something: it decides what to write, and one reconciler carries it out. */
export interface Remedy {
  readonly id: string;
  /** What it does, for somebody who is to press it. */
  readonly title: string;
  /** Every one of them has to be given. */
  readonly options: readonly RemedyOption[];
  readonly change: (given: RemedyArguments, facts: RemedyFacts) => Decision;
}

/** What a remedy is decided from. */
export interface RemedyFacts {
  readonly hardware: HardwareReport;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  /** The overrides before the last remedy; null where there was none. */
  readonly before: Overrides | null;
  readonly now: Date;
  /** What would run with other settings. */
  readonly planFor: (settings: Settings) => Plan;
}

/** A wish: what is written, and whether a plan keeps it. */
export interface Wish {
  readonly kind: 'change';
  readonly change: SettingsChange;
  /** Why a plan is not what was asked for, in a sentence; null when it is. */
  readonly unmet: (plan: Plan) => string | null;
}

export type Decision =
  | Wish
  /** Nothing to write: only what is wanted already is to be made. */
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'free-space' }
  | Problem;

export interface Problem {
  readonly kind: 'problem';
  /** "usage": it was asked for in the wrong way. "machine": this computer does not have it, or cannot do it. */
  readonly of: 'usage' | 'machine';
  readonly sentence: string;
}

export function usageProblem(sentence: string): Problem {
  return { kind: 'problem', of: 'usage', sentence };
}

export function machineProblem(sentence: string): Problem {
  return { kind: 'problem', of: 'machine', sentence };
}

/** Settings as they will be once `change` is written. */
export function settingsAfter(settings: Settings, change: SettingsChange): Settings {
  return settingsSchema.parse(changedFile(settings, change));
}

/** The wish where the planner grants it; what it cannot grant is said before anything is written. */
export function granted(change: SettingsChange, unmet: Wish['unmet'], facts: RemedyFacts): Wish | Problem {
  const why = unmet(facts.planFor(settingsAfter(facts.settings, change)));
  return why === null ? { kind: 'change', change, unmet } : machineProblem(why);
}

/** What stands beside an override in the settings, for whoever reads them a year later. */
export function originOf(id: string, { now }: RemedyFacts): { readonly since: Date; readonly reason: string } {
  return { since: now, reason: `you used the remedy "${id}"` };
}

/** Always what was asked for: taking something back leaves the planner free. */
export function alwaysMet(): null {
  return null;
}
