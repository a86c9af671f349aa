import { expect, test } from 'vitest';
import { readableShortcut } from '../../../main/desktop/shortcut-text.ts';

test.each([
  ['CommandOrControl+Shift+Space', 'Ctrl+Shift+Space'],
  ['CmdOrCtrl+K', 'Ctrl+K'],
  ['Control+Alt+T', 'Ctrl+Alt+T'],
  ['Ctrl+T', 'Ctrl+T'],
  ['Super+Space', 'Super+Space'],
  ['F9', 'F9'],
])('%s reads as the keys are labelled: %s', (accelerator, readable) => {
  expect(readableShortcut(accelerator)).toBe(readable);
});
