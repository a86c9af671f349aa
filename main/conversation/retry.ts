import { serviceTitle } from '../services/names.ts';
import type { ServiceId } from '../services/service.ts';

/** How often a question is tried when the conversation dies in it. */
export const mostAttempts = 3;

/** How often when an engine fails it: the conversation has waited for that engine before it said so. */
export const mostEngineAttempts = 2;

/**
 * Pause before attempt number `attempt` (2, 3). The end of a process is noticed a moment after the turn it failed: on a busy
 * machine three tries were once used up before the supervisor knew that anything had died.
 */
export function retryDelayMs(attempt: number): number {
  return 300 * 3 ** (attempt - 2);
}

/** What a person is told of a question that was tried so often. */
export function failedTooOften(service: ServiceId, attempts: number, reason: string): string {
  return `The ${serviceTitle[service]} failed ${attempts === 1 ? '' : `${attempts} times `}on this question (${reason}). Ask it again; if that fails too, quit Earshot and start it again.`;
}

/** What a person is told of a question that waits for a service that was given up. */
export function doesNotRun(service: ServiceId): string {
  return `The ${serviceTitle[service]} does not run. Choose “Try again” above.`;
}
