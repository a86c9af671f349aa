import { assertNever } from '../platform/assert-never.ts';
import { serviceTitle } from '../services/names.ts';
import type { ServiceId } from '../services/service.ts';

/** How a try to have a question answered ended: an engine was not back in time, fails at this question, or the conversation itself died. */
export type EndOfTry = 'engine-stayed-away' | 'engine-failed' | 'conversation-died';

/** How often a question is tried. The conversation has waited for an engine, or has tried it again, before it says that it failed. */
export const mostAttempts: Readonly<Record<EndOfTry, number>> = { 'engine-stayed-away': 2, 'engine-failed': 1, 'conversation-died': 3 };

/**
 * Pause before attempt number `attempt` (2, 3). The end of a process is noticed a moment after the turn it failed: on a busy
 * machine three tries were once used up before the supervisor knew that anything had died.
 */
export function retryDelayMs(attempt: number): number {
  return 300 * 3 ** (attempt - 2);
}

const ifThatFails = 'If that fails too, quit Earshot and start it again.';

/** What a person is told of a question that was tried often enough. What the program said of it is for the log. */
export function failedTooOften(service: ServiceId, end: EndOfTry): string {
  switch (end) {
    case 'engine-stayed-away':
      return `The ${serviceTitle[service]} stopped and did not come back in time. Ask again in a minute. ${ifThatFails}`;
    case 'engine-failed':
      return `The ${serviceTitle[service]} failed at this question. Ask in other words. ${ifThatFails}`;
    case 'conversation-died':
      return `The ${serviceTitle[service]} stopped again and again at this question. Ask in other words. ${ifThatFails}`;
    default:
      return assertNever(end);
  }
}

/** What a person is told of a question that waits for a service that was given up. */
export function doesNotRun(service: ServiceId): string {
  return `The ${serviceTitle[service]} does not run. Choose “Try again” above.`;
}

/** What a person is told of a question that was said so long ago that it cannot be heard again. */
export const soundIsGone = 'Nobody could listen for so long that the beginning of this question is lost. Say it again.';
