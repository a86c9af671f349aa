import type { Progress, Report } from '../environment/model.ts';
import type { DesktopStore } from './state.ts';
import { setupAfter, setupAfterFailure, setupOf, type Setup } from './steps.ts';

/** A set-up while it is shown. */
export interface ShownSetup {
  readonly report: Report;
  /** It is done: nothing more is shown of it. */
  readonly done: () => void;
  /** It came to its end before everything was there; "first" stays to be seen, beside a conversation the notice is enough. */
  readonly failed: () => void;
}

/** What is fetched speaks many times a second; the page is told five times. */
const tellEveryMs = 200;

export function showSetup(store: DesktopStore, where: Setup['where']): ShownSetup {
  let waiting: { readonly progress: Progress; readonly atMs: number }[] = [];
  let timer: NodeJS.Timeout | null = null;
  let ended = false;
  store.setState({ setup: setupOf(where) });

  function tell(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const said = waiting;
    waiting = [];
    if (ended || said.length === 0) return;
    store.setState(({ setup }) => ({ setup: setup === null ? null : said.reduce((before, { progress, atMs }) => setupAfter(before, progress, atMs), setup) }));
  }

  return {
    report: (progress) => {
      waiting.push({ progress, atMs: performance.now() });
      if (progress.kind === 'step-started' || progress.kind === 'step-done') tell();
      else timer ??= setTimeout(tell, tellEveryMs);
    },
    done: () => {
      tell();
      ended = true;
      store.setState({ setup: null });
    },
    failed: () => {
      tell();
      ended = true;
      store.setState(({ setup }) => ({ setup: where === 'first' && setup !== null ? setupAfterFailure(setup) : null }));
    },
  };
}
