import type { Plan } from '../plan/model.ts';
import { roleTitles } from '../plan/wishes.ts';
import { setServiceOverride, type SettingsChange } from '../settings/change.ts';
import type { MovableService, ServiceOverride } from '../settings/overrides.ts';
import { originOf, type RemedyFacts } from './model.ts';

type Wanted = Omit<ServiceOverride, 'since' | 'reason'>;

/** What is decided of a service already, with `wanted` in its place; a precision is that of its model and its device, so it goes. */
export function overrideWith(id: MovableService, wanted: Wanted, remedyId: string, facts: RemedyFacts): SettingsChange {
  const { model, device, sameDeviceAs } = facts.settings.overrides.services[id] ?? {};
  const company = wanted.device === undefined && device === undefined && sameDeviceAs !== undefined ? { sameDeviceAs } : {};
  const kept = { ...(model === undefined ? {} : { model }), ...(device === undefined ? {} : { device }), ...company };
  return setServiceOverride(id, { ...kept, ...wanted }, originOf(remedyId, facts));
}

export function isServer(id: MovableService, { settings }: RemedyFacts): boolean {
  return settings.services[id] !== undefined;
}

export function serverSentence(id: MovableService): string {
  return `The ${roleTitles[id]} is a server by URL, as your settings say, and decides for itself.`;
}

/** Why the plan does otherwise than was asked, from what it says itself. */
export function whyNot(plan: Plan, { id, wish }: { readonly id: MovableService; readonly wish: string }): string {
  const passedOver = plan.notes.map((note) => new RegExp(`that the ${roleTitles[id]} ${escaped(wish)}, but (.+), so this wish is passed over\\.$`).exec(note)?.[1]).find((why) => why !== undefined);
  const title = `The ${roleTitles[id]}`;
  if (passedOver !== undefined) return `${title} cannot do that: ${passedOver}.`;
  const moved = plan.notes.find((note) => /; .+, so it runs on /.test(note) && note.startsWith(subjects[id]));
  return moved ?? `${title} cannot do that here.`;
}

const subjects: Readonly<Record<MovableService, string>> = { stt: 'Speech recognition would', llm: 'The language model would', tts: 'The voice would' };

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
