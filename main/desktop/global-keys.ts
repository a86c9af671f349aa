import { globalShortcut } from 'electron';
import type { GlobalKeys } from './press-to-talk.ts';

/** Electron's global shortcuts. It throws for a text that names no key; that is a key we do not get. */
export const globalKeys: GlobalKeys = {
  register: (accelerator, pressed) => {
    try {
      return globalShortcut.register(accelerator, pressed);
    } catch {
      return false;
    }
  },
  unregister: (accelerator) => {
    globalShortcut.unregister(accelerator);
  },
};
