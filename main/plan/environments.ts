import type { Gpu, HardwareReport } from '../hardware/model.ts';
import type { Settings } from '../settings/schema.ts';
import type { Catalogue } from './catalogue.ts';
import { listed } from './driver.ts';
import type { Fallback, Plan, PlannedEnvironment, PlannedService } from './model.ts';
import { isAsked, torchFor } from './torch-build.ts';
import { roleTitles } from './wishes.ts';

/** The environment of the conversation itself, and of every engine without a graphics card. */
export const voiceEnvironment: PlannedEnvironment = { id: 'voice', build: null, torch: null, reason: 'Every conversation runs in it.' };

interface Facts {
  readonly torchBuild: Pick<Plan['torchBuild'], 'id' | 'torch'>;
  readonly hardware: HardwareReport;
  readonly catalogue: Catalogue;
  readonly overrides: Pick<Settings['overrides'], 'torchBuild'>;
}

/**
 * What has to be on the disk: `voice`, whatever else a service runs in, and the torch build a person asked for. A torch
 * environment is gigabytes, so it is never made on the chance that something might need it, fallbacks included.
 */
export function plannedEnvironments(services: readonly PlannedService[], facts: Facts): readonly PlannedEnvironment[] {
  const asked = isAsked(facts.overrides.torchBuild?.id ?? null, facts.torchBuild) ? `torch-${facts.torchBuild.id}` : null;
  const used = services.flatMap(({ env, server }) => (env === null || server !== null ? [] : [env]));
  const others = [...new Set([...used, ...(asked === null ? [] : [asked])])].filter((id) => id !== voiceEnvironment.id);
  return [voiceEnvironment, ...others.map((id) => environment(id, services, id === asked, facts))];
}

function environment(id: string, services: readonly PlannedService[], asked: boolean, facts: Facts): PlannedEnvironment {
  const here = services.filter(({ env }) => env === id);
  const build = id.startsWith('torch-') ? id.slice('torch-'.length) : null;
  const titles = here.map((service) => roleTitles[service.id]);
  const use = titles.length === 0 ? 'no engine needs it yet' : `the ${listed(titles)} ${titles.length === 1 ? 'runs' : 'run'} in it`;
  return {
    id,
    build,
    torch: build === null ? null : torchIn(build, cardsOf(here, facts.hardware), facts),
    reason: asked ? `You asked for it; ${use}.` : `${use.charAt(0).toUpperCase()}${use.slice(1)}.`,
  };
}

/** One environment has one torch, so where it is the build of the whole computer it has the torch of that. */
function torchIn(build: string, gpus: readonly Gpu[], { torchBuild, hardware, catalogue }: Facts): string {
  return build === torchBuild.id ? torchBuild.torch : torchFor(build, gpus, hardware, catalogue);
}

function cardsOf(services: readonly PlannedService[], { gpus }: HardwareReport): readonly Gpu[] {
  return gpus.filter(({ uuid }) => services.some(({ device }) => device === uuid));
}

/** Torch engines on the processor share the build of the computer: a second environment of gigabytes would gain nothing. */
export function withProcessorBuild(services: readonly PlannedService[], buildId: string): readonly PlannedService[] {
  return services.map((service) => ({ ...onBuild(service, buildId), fallback: fallbackOn(service.fallback, buildId) }));
}

function fallbackOn(fallback: Fallback | null, buildId: string): Fallback | null {
  return fallback === null ? null : { ...onBuild(fallback, buildId), fallback: fallbackOn(fallback.fallback, buildId) };
}

function onBuild<Place extends { readonly env: string | null; readonly build: string }>(place: Place, buildId: string): Place {
  return place.env === 'torch' ? { ...place, env: `torch-${buildId}`, build: buildId } : place;
}
