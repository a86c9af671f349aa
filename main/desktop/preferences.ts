import { join } from 'node:path';
import type { Folders } from '../platform/folders.ts';
import { errorMessage } from '../platform/text.ts';
import { changeSettings, type SettingsChange } from '../settings/store.ts';
import { remarkOf, type DesktopStore } from './state.ts';

/** What a person changes by pressing something: it holds at once, and is written behind that, one change after the other. */
export interface Preferences {
  readonly change: (change: SettingsChange) => void;
  /** Settles once everything is written. */
  readonly written: () => Promise<void>;
}

export function createPreferences(store: DesktopStore, folders: Folders): Preferences {
  let writing: Promise<void> = Promise.resolve();
  return {
    change: (change) => {
      store.setState(({ settings }) => ({
        settings: {
          ...settings,
          conversation: { ...settings.conversation, ...change.conversation },
          audio: { ...settings.audio, ...change.audio },
          rest: { ...settings.rest, ...change.rest },
          startAtLogin: change.startAtLogin ?? settings.startAtLogin,
          told: change.told ?? settings.told,
        },
      }));
      writing = writing
        .then(() => changeSettings(folders, change))
        .catch((error: unknown) => {
          const remark = remarkOf(`Your choice holds until you quit.\nIt could not be saved in ${join(folders.config, 'settings.json')}; mend or remove that file. (${errorMessage(error)})`);
          store.setState(({ remarks }) => ({ remarks: [...remarks.filter(({ title }) => title !== remark.title), remark] }));
        });
    },
    written: () => writing,
  };
}
