import type { Endpoint, ExternalRun, Health } from '../service.ts';
import { askHealth, checkExternal } from './health.ts';
import type { Slot } from './slot.ts';

const askEveryMs = 100;
/** A question that is not answered by then is asked anew: one that got lost must not hold up a start until its budget ends. */
const answerLimitMs = 5_000;

export interface FirstAnswer {
  readonly onReady: () => void;
  /** A server of somebody else cannot be used, and why. */
  readonly onRefused: (reason: string) => void;
}

/** Asks a service that listens until it can work; aborted, it falls silent. */
export function awaitFirstAnswer(slot: Slot, told: FirstAnswer): AbortController {
  const controller = new AbortController();
  const { run } = slot.service;
  void (run.kind === 'external' ? askOnce(run, controller.signal, told) : askUntilReady(slot, controller.signal, told));
  return controller;
}

async function askOnce(run: ExternalRun, signal: AbortSignal, { onReady, onRefused }: FirstAnswer): Promise<void> {
  const problem = await checkExternal(run, signal);
  if (signal.aborted) return;
  if (problem === null) onReady();
  else onRefused(problem);
}

async function askUntilReady(slot: Slot, signal: AbortSignal, { onReady }: FirstAnswer): Promise<void> {
  for (;;) {
    const health = slot.endpoint === null ? null : await askInTime(slot.endpoint, signal);
    if (signal.aborted) return;
    if (health !== null) slot.health = health;
    if (health?.state === 'ready') {
      onReady();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

async function askInTime(endpoint: Endpoint, signal: AbortSignal): Promise<Health | null> {
  const over = new AbortController();
  function end(): void {
    over.abort();
  }
  const limit = setTimeout(end, answerLimitMs);
  signal.addEventListener('abort', end);
  try {
    return await askHealth(endpoint, over.signal);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
  }
}
