import type { Finding } from '../platform/finding.ts';
import type { Plan } from '../plan/model.ts';
import type { Settings } from '../settings/schema.ts';
import { isGpu } from './child-environment.ts';

/**
 * Cards that a process of ours is planned on. One that only Ollama or another server computes on is not among them: that
 * process is not ours, it keeps its own libraries and its own way round a card that fails, and what a kernel of ours
 * says of the card would change nothing about it.
 */
export function cardsInService(plan: Plan): readonly string[] {
  const devices = plan.services.filter((service) => service.server === null && isGpu(service.device)).map((service) => service.device);
  return [...new Set(devices)];
}

/**
 * Settings under which the planner leaves these cards alone. They hold until the next start and are never written: a
 * card that was not ready today is asked again tomorrow.
 */
export function withoutCards(settings: Settings, failed: readonly { readonly uuid: string; readonly finding: Finding }[], now: Date): Settings {
  const since = now.toISOString().slice(0, 10);
  const gpus = Object.fromEntries(failed.map(({ uuid, finding }) => [uuid, { use: false, since, reason: finding.title }]));
  return { ...settings, overrides: { ...settings.overrides, gpus: { ...settings.overrides.gpus, ...gpus } } };
}
