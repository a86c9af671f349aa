import type { Command } from '../../preload/contract.ts';
import { readableShortcut } from './shortcut-text.ts';
import type { DesktopState } from './state.ts';
import { headlineOf, statusOf } from './status.ts';

/** An entry of the tray's menu as data; `does` is what pressing it asks for. */
export type MenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'item'; readonly label: string; readonly enabled: boolean; readonly does: Command | 'show' }
  | { readonly kind: 'checkbox' | 'radio'; readonly label: string; readonly checked: boolean; readonly does: Command };

/** The menu of a state. */
export function trayMenuOf(state: DesktopState): readonly MenuEntry[] {
  const { mode, muted } = state.settings.conversation;
  const status = statusOf(state);
  const shortcut = state.shortcut === null ? '' : ` (${readableShortcut(state.shortcut)})`;
  return [
    { kind: 'text', label: headlineOf(state) },
    { kind: 'separator' },
    { kind: 'item', label: 'Open Earshot', enabled: true, does: 'show' },
    mode === 'hands-free'
      ? { kind: 'checkbox', label: 'Mute the microphone', checked: muted, does: { kind: 'set-muted', muted: !muted } }
      : {
          kind: 'item',
          label: state.pressed ? 'Send the question' : `Ask a question${shortcut}`,
          enabled: state.wasReady,
          does: { kind: state.pressed ? 'release-to-talk' : 'press-to-talk' },
        },
    { kind: 'item', label: 'Stop speaking', enabled: status === 'speaking' || status === 'thinking', does: { kind: 'stop-speaking' } },
    { kind: 'item', label: 'Start a new conversation', enabled: state.exchanges.length > 0, does: { kind: 'start-over' } },
    { kind: 'separator' },
    { kind: 'radio', label: 'Hands-free', checked: mode === 'hands-free', does: { kind: 'set-mode', mode: 'hands-free' } },
    { kind: 'radio', label: 'Press to talk', checked: mode === 'press-to-talk', does: { kind: 'set-mode', mode: 'press-to-talk' } },
    { kind: 'separator' },
    { kind: 'item', label: 'Quit Earshot', enabled: true, does: { kind: 'quit' } },
  ];
}
