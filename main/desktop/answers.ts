import type { DesktopStore } from './state.ts';

/** Tells of the first question that is answered from now on; of the next one, too, where `answered` settles with false. */
export function onFirstAnswer(store: DesktopStore, answered: () => Promise<boolean>): () => void {
  let telling = false;
  const unwatch = store.subscribe(({ exchanges }, before) => {
    if (telling || exchanges === before.exchanges) return;
    const newlyDone = exchanges.some(({ id, state }) => state === 'done' && before.exchanges.find((exchange) => exchange.id === id)?.state !== 'done');
    if (!newlyDone) return;
    telling = true;
    void answered().then((settled) => {
      if (settled) unwatch();
      else telling = false;
    });
  });
  return unwatch;
}
