import type { ReplanDecision, Situation } from '../plan/replan.ts';
import { replanDecision } from '../plan/replan.ts';
import { slotsInUse } from '../services/reach.ts';
import type { Prepared } from '../services/io/preparation.ts';
import type { Settings } from '../settings/schema.ts';

/** Something that can be started: what it was decided from, and what is on disk for it. */
export interface Startable {
  readonly prepared: Pick<Prepared, 'plan' | 'installation'>;
  readonly settings: Settings;
}

/** Whether `next` takes the place of what runs: now, when the person agrees or falls silent, or not at all. */
export function swapDecision(running: Startable, next: Startable, situation: Situation): ReplanDecision {
  const decision = replanDecision(running.prepared.plan, next.prepared.plan, situation);
  if (decision.kind !== 'keep' || startsAlike(running, next)) return decision;
  if (situation.consent || situation.idle) return { kind: 'apply' };
  return { kind: 'ask', sentences: ['What Earshot runs on was renewed; it counts from the next start of its engines.', 'Earshot makes the change when you agree, or once nobody has spoken for a while.'] };
}

/** Whether two that run the same plan are started from the same slots, with the same words. */
function startsAlike(one: Startable, other: Startable): boolean {
  return JSON.stringify(startedWith(one)) === JSON.stringify(startedWith(other));
}

function startedWith({ prepared: { plan, installation }, settings }: Startable): unknown {
  return [slotsInUse(plan, installation), plan.voice, settings.systemPrompt, settings.conversation.endOfTurn, settings.conversation.longestReplyTokens, settings.services];
}
