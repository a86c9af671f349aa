/** How often a question is tried when an engine dies in it. */
export const mostAttempts = 3;

/**
 * Pause before attempt number `attempt` (2, 3). The end of an engine is noticed a moment after the turn it failed: on a busy
 * machine three tries were once used up before the supervisor knew that anything had died.
 */
export function retryDelayMs(attempt: number): number {
  return 300 * 3 ** (attempt - 2);
}
