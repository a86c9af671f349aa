import { describe, expect, test } from 'vitest';
import { commandSchema } from '../../../preload/contract.ts';
import type { DesktopState } from '../../../main/desktop/state.ts';
import { trayMenuOf } from '../../../main/desktop/tray-menu.ts';
import { conversationSettings, exchangeIn, stateWith } from './state-with.ts';

const pressToTalk = conversationSettings({ mode: 'press-to-talk' });

/** The entry whose label begins so. */
function entryIn(change: Partial<DesktopState>, label: RegExp): unknown {
  return trayMenuOf(stateWith(change)).find((entry) => entry.kind !== 'separator' && label.test(entry.label));
}

describe('the tray’s menu', () => {
  test('says what is going on and offers everything there is', () => {
    expect(trayMenuOf(stateWith())).toEqual([
      { kind: 'text', label: 'Ready. Just speak.' },
      { kind: 'separator' },
      { kind: 'item', label: 'Open Earshot', enabled: true, does: 'show' },
      { kind: 'checkbox', label: 'Mute the microphone', checked: false, does: { kind: 'set-muted', muted: true } },
      { kind: 'item', label: 'Stop speaking', enabled: false, does: { kind: 'stop-speaking' } },
      { kind: 'item', label: 'Start a new conversation', enabled: false, does: { kind: 'start-over' } },
      { kind: 'separator' },
      { kind: 'radio', label: 'Hands-free', checked: true, does: { kind: 'set-mode', mode: 'hands-free' } },
      { kind: 'radio', label: 'Press to talk', checked: false, does: { kind: 'set-mode', mode: 'press-to-talk' } },
      { kind: 'separator' },
      { kind: 'item', label: 'Quit Earshot', enabled: true, does: { kind: 'quit' } },
    ]);
  });

  test('unmutes what is muted', () => {
    expect(entryIn({ settings: conversationSettings({ muted: true }) }, /^Mute/)).toEqual({ kind: 'checkbox', label: 'Mute the microphone', checked: true, does: { kind: 'set-muted', muted: false } });
  });

  test('asks and sends a question in press to talk, with the key beside it', () => {
    const entries = [
      entryIn({ settings: pressToTalk, shortcut: 'CommandOrControl+Space' }, /^Ask|^Send/),
      entryIn({ settings: pressToTalk, shortcut: null }, /^Ask|^Send/),
      entryIn({ settings: pressToTalk, pressed: true }, /^Ask|^Send/),
      entryIn({ settings: pressToTalk, wasReady: false }, /^Ask|^Send/),
    ];
    expect(entries).toEqual([
      { kind: 'item', label: 'Ask a question (Ctrl+Space)', enabled: true, does: { kind: 'press-to-talk' } },
      { kind: 'item', label: 'Ask a question', enabled: true, does: { kind: 'press-to-talk' } },
      { kind: 'item', label: 'Send the question', enabled: true, does: { kind: 'release-to-talk' } },
      { kind: 'item', label: 'Ask a question', enabled: false, does: { kind: 'press-to-talk' } },
    ]);
  });

  test('stops an answer while it is thought about or spoken', () => {
    const states = ['hearing', 'thinking', 'speaking', 'done'] as const;
    expect(states.map((state) => entryIn({ exchanges: [exchangeIn(state)] }, /^Stop/))).toMatchObject([{ enabled: false }, { enabled: true }, { enabled: true }, { enabled: false }]);
  });

  test('starts a new conversation once something was said', () => {
    expect(entryIn({ exchanges: [exchangeIn('done')] }, /^Start/)).toMatchObject({ enabled: true });
  });

  test('asks only for what main understands', () => {
    const commands = [stateWith(), stateWith({ settings: pressToTalk }), stateWith({ settings: pressToTalk, pressed: true })]
      .flatMap(trayMenuOf)
      .flatMap((entry) => ('does' in entry && entry.does !== 'show' ? [entry.does] : []));
    expect(commands.map((command) => commandSchema.parse(command))).toEqual(commands);
  });
});
