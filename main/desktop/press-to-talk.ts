import type { Live } from '../conversation/io/live.ts';
import type { DesktopStore } from './state.ts';

/** One question at a time: pressed, spoken, and sent by pressing again or by falling silent. */
export interface PressToTalk {
  readonly press: () => void;
  readonly release: () => void;
  /** Holds the global key while it is wanted and lets other programs have it otherwise. */
  readonly followMode: () => void;
  readonly close: () => void;
}

/** The system's global keys. */
export interface GlobalKeys {
  /** False when another program has the key, or when it is no key at all. */
  readonly register: (accelerator: string, pressed: () => void) => boolean;
  readonly unregister: (accelerator: string) => void;
}

/** A microphone that nobody speaks into is closed again. */
const patienceMs = 10_000;

export function createPressToTalk(store: DesktopStore, live: () => Pick<Live, 'stopSpeaking'> | null, keys: GlobalKeys): PressToTalk {
  let patience: NodeJS.Timeout | null = null;
  let held: string | null = null;

  function press(): void {
    const { settings, wasReady, pressed } = store.getState();
    if (settings.conversation.mode !== 'press-to-talk' || !wasReady || pressed) return;
    live()?.stopSpeaking();
    store.setState({ pressed: true });
    wait();
  }

  function release(): void {
    stopWaiting();
    if (!store.getState().pressed) return;
    // The page closes the microphone and says so; that ends the question.
    store.setState({ pressed: false });
  }

  function wait(): void {
    stopWaiting();
    patience = setTimeout(release, patienceMs);
  }

  function stopWaiting(): void {
    if (patience !== null) clearTimeout(patience);
    patience = null;
  }

  const unwatch = store.subscribe((state, before) => {
    if (!state.pressed || state.exchanges === before.exchanges) return;
    const [now, then] = [state.exchanges.at(-1), before.exchanges.at(-1)];
    if (now?.state === 'hearing') stopWaiting();
    else if (then?.state === 'hearing' && now?.id === then.id) release();
    else if (then?.state === 'hearing') wait();
  });

  function letGo(): void {
    if (held !== null) keys.unregister(held);
    held = null;
    store.setState({ shortcut: null });
  }

  return {
    press,
    release,
    followMode: () => {
      const { mode, shortcut } = store.getState().settings.conversation;
      if (mode === 'hands-free') {
        release();
        letGo();
      } else if (held !== shortcut) {
        letGo();
        if (!keys.register(shortcut, () => { (store.getState().pressed ? release : press)(); })) return;
        held = shortcut;
        store.setState({ shortcut });
      }
    },
    close: () => {
      unwatch();
      stopWaiting();
      letGo();
    },
  };
}
