import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Engines as Offered } from '../../../preload/contract.ts';
import { Engines } from '../../../renderer/panel/engines.tsx';

const whisper: Offered['recognition'][number] = { id: 'whisper', title: 'Whisper', detail: 'Runs on every computer.', chosen: true, hindrance: null };
const kyutai: Offered['recognition'][number] = { id: 'kyutai', title: 'Kyutai', detail: 'Adds about 9 GB on the disk.', chosen: false, hindrance: null };

function render(engines: Offered): string {
  return renderToStaticMarkup(createElement(Engines, { engines }));
}

describe('the engines', () => {
  it('are not there where there is nothing to choose', () => {
    expect(render({ recognition: [], endOfTurn: [], processorOnly: null })).toBe('');
  });

  it('say what is in use, and take a press of its own to be changed', () => {
    const page = render({ recognition: [whisper, kyutai], endOfTurn: [], processorOnly: null });
    expect([...page.matchAll(/aria-label="([^"]+)"/g)].map(([, label]) => label)).toEqual(['Use Kyutai']);
    expect(page).toMatch(/Whisper.*In use.*Kyutai.*Adds about 9 GB on the disk\./);
    expect(page).not.toMatch(/radio|disabled/);
  });

  it('say why one cannot be chosen', () => {
    const page = render({ recognition: [whisper, { ...kyutai, hindrance: 'No graphics card has the room.' }], endOfTurn: [], processorOnly: null });
    expect(page).toMatch(/No graphics card has the room\..*disabled=""/);
  });

  it('show whether the processor alone is used', () => {
    expect(render({ recognition: [], endOfTurn: [], processorOnly: { on: true, detail: 'Answers take longer.' } })).toContain('checked=""');
  });
});
