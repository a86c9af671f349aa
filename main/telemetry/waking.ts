import type { TurnEvent } from '../conversation/turn-event.ts';
import type { ServiceId } from '../services/service.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';

/** Which services rest, or load because they are needed again, and which turns wait for such a one: nothing of it is a failure. */
export interface Waking {
  readonly services: ReadonlySet<ServiceId>;
  /** "3.12 llm": turn 12 of the third connection waits for the language model. */
  readonly waits: ReadonlySet<string>;
}

export const nothingWakes: Waking = { services: new Set(), waits: new Set() };

/** What rests or wakes up after an event of the supervisor. One that fails while it loads has failed like any other. */
export function wakingAfter(waking: Waking, event: SupervisorEvent): Waking {
  if (event.kind === 'rested' || event.kind === 'woken') return { ...waking, services: new Set([...waking.services, event.service]) };
  if (event.kind !== 'ready' && event.kind !== 'crashed' && event.kind !== 'gave-up') return waking;
  return { ...waking, services: new Set([...waking.services].filter((service) => service !== event.service)) };
}

export interface WakingStep {
  readonly waking: Waking;
  /** Whether this event is about a service that only rested. */
  readonly isOfRest: boolean;
}

/** Which turns wait after an event of theirs. The wait ends after the service is ready, so each turn remembers what it waits for. */
export function nextWaits(waking: Waking, { kind, turnId, service }: TurnEvent): WakingStep {
  const wait = `${turnId} ${service ?? ''}`;
  if (kind === 'engine-lost' && service !== undefined && waking.services.has(service)) {
    return { waking: { ...waking, waits: new Set([...waking.waits, wait]) }, isOfRest: true };
  }
  const isOver = kind === 'ended' ? (one: string): boolean => one.startsWith(`${turnId} `) : (one: string): boolean => kind === 'engine-back' && one === wait;
  const waits = [...waking.waits].filter((one) => !isOver(one));
  return { waking: { ...waking, waits: new Set(waits) }, isOfRest: kind === 'engine-back' && waking.waits.has(wait) };
}
