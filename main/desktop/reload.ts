/** How often a page may crash before it is no longer loaded again. */
export interface ReloadPolicy {
  readonly giveUpAfter: number;
  readonly windowMs: number;
}

export const noCrashes: readonly number[] = [];

/** Whether to load a page again that crashed at `nowMs`, and the crashes that count from now on. */
export function nextReload(crashes: readonly number[], nowMs: number, policy: ReloadPolicy): { readonly crashes: readonly number[]; readonly reload: boolean } {
  const recent = [...crashes.filter((crashMs) => nowMs - crashMs < policy.windowMs), nowMs];
  return { crashes: recent, reload: recent.length < policy.giveUpAfter };
}
