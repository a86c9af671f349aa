/** When a crashed service is started again, and when it is given up (design, P2). */
export interface RestartPolicy {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** Share of the delay by which it is varied, so that services that died together do not come back together. */
  readonly jitter: number;
  /** Healthy for this long, a service starts afresh with the first delay. */
  readonly resetAfterMs: number;
  /** This many crashes within the window, and it is given up. */
  readonly giveUpAfter: number;
  readonly giveUpWindowMs: number;
}

export const restartPolicy: RestartPolicy = {
  firstDelayMs: 250,
  longestDelayMs: 30_000,
  jitter: 0.2,
  resetAfterMs: 60_000,
  giveUpAfter: 5,
  giveUpWindowMs: 300_000,
};

/** For a server of somebody else: it may be started hours after us, as Ollama is at a login, and asking costs nothing. */
export const patientPolicy: RestartPolicy = { ...restartPolicy, giveUpAfter: Infinity };

/** Delay before restart number `attempt` (1, 2, …); `random` is in [0, 1). */
export function restartDelayMs(policy: RestartPolicy, attempt: number, random: number): number {
  const delay = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return Math.round(delay * (1 + policy.jitter * (2 * random - 1)));
}
