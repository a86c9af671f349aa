import type { Available } from '../environment/io/available.ts';
import type { Installation } from '../environment/model.ts';
import type { Catalogue } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import { isOptional, type Reach } from '../plan/reach.ts';
import type { Settings } from '../settings/schema.ts';

/** Whether this version has a recipe for an environment. Whisper and Kokoro on a graphics card have none yet. */
export function isInstallable(environment: string): boolean {
  return environment === 'voice' || /^torch-(cpu|cu\d+)$/.test(environment);
}

export interface ReachFacts {
  readonly catalogue: Catalogue;
  readonly overrides: Settings['overrides'];
  readonly isInstallable: (environment: string) => boolean;
  /** Environments and models that were tried in vain, with what was said. */
  readonly absent: ReadonlyMap<string, string>;
  /** What is on disk, where nothing may be waited for; null where everything may be fetched. */
  readonly available: Available | null;
}

/** What can be had here: what this version can make and did not fail to, and at once only what is there. */
export function reachOf({ catalogue, overrides, isInstallable: installable, absent, available }: ReachFacts): Reach {
  function isThere(id: string, onDisk: ReadonlySet<string> | undefined): boolean {
    return !absent.has(id) && (onDisk === undefined || onDisk.has(id));
  }

  return {
    overrides,
    environments: (id) => installable(id) && (id === 'voice' || isThere(id, available?.environments)),
    models: (id) => {
      const known = catalogue.models.find((model) => model.id === id);
      // What everybody gets is fetched even at once: nothing works without it.
      return known !== undefined && !isOptional(known) ? !absent.has(id) : isThere(id, available?.models);
    },
    why: (id) => {
      if (absent.has(id)) return 'that could not be set up';
      const isEnvironment = !catalogue.models.some((model) => model.id === id) && !id.includes(':');
      return isEnvironment && !installable(id) ? null : 'that is not set up yet';
    },
  };
}

/** Everything that this version can make or fetch, whether it is there or not. */
export function wholeReach(overrides: Settings['overrides']): Reach {
  return { environments: isInstallable, models: () => true, overrides };
}

/** The least that every machine can run: the voice environment and the models that come with it. */
export function leastReach(catalogue: Catalogue, overrides: Settings['overrides']): Reach {
  return reachOf({ catalogue, overrides, isInstallable: (id) => id === 'voice', absent: new Map(), available: { environments: new Set(), models: new Set() } });
}

/** The environments that a plan is started from; `voice` carries every conversation. */
export function environmentsOf(plan: Plan): readonly string[] {
  const used = plan.services.flatMap(({ env, server }) => (env === null || server !== null ? [] : [env]));
  return [...new Set(['voice', ...used])];
}

/** The slots that a plan is started from: fingerprint by environment. */
export function slotsInUse(plan: Plan, { environments }: Pick<Installation, 'environments'>): Readonly<Record<string, string>> {
  return Object.fromEntries(environmentsOf(plan).flatMap((id) => (environments[id] === undefined ? [] : [[id, environments[id].fingerprint]])));
}
