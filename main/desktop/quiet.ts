import type { DesktopState, DesktopStore } from './state.ts';

/** How long nobody has spoken, so that a change may be made that silences the conversation for a moment. */
export interface Quiet {
  /** 0 while a question or an answer is under way. */
  readonly forMs: () => number;
  readonly close: () => void;
}

export function watchQuiet(store: DesktopStore): Quiet {
  let activeAtMs = performance.now();
  const close = store.subscribe((state, before) => {
    if (state.exchanges !== before.exchanges || state.playing !== before.playing || state.pressed) activeAtMs = performance.now();
  });
  return { forMs: () => (isUnderWay(store.getState()) ? 0 : performance.now() - activeAtMs), close };
}

function isUnderWay({ playing, pressed, exchanges }: DesktopState): boolean {
  const current = exchanges.at(-1)?.state;
  return playing || pressed || current === 'hearing' || current === 'thinking' || current === 'speaking';
}
