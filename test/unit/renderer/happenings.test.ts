import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../../preload/contract.ts';
import { Happenings } from '../../../renderer/panel/happenings.tsx';

const crashed: Happening = { at: '2026-11-21T10:00:01.000Z', severity: 'warning', text: 'The voice stopped unexpectedly.', detail: 'exit code 1' };
const slept: Happening = { at: '2026-11-21T10:00:00.000Z', severity: 'info', text: 'The computer slept.', detail: null };
const gaveUp: Happening = { at: '2026-11-21T09:00:00.000Z', severity: 'error', text: 'The voice is not started any more.', detail: null };

function render(...events: readonly Happening[]): string {
  return renderToStaticMarkup(createElement(Happenings, { events }));
}

describe('what happened', () => {
  it('says so when there is nothing to report', () => {
    expect(render()).toContain('Nothing to report.');
  });

  it('is in the order it is given, each with its moment and how bad it was, in words too', () => {
    const page = render(crashed, slept, gaveUp);
    expect([...page.matchAll(/data-severity="(\w+)".*?dateTime="([^"]+)".*?severity">(\w+)<.*?happening-text">([^<]+)</g)].map(([, ...parts]) => parts)).toEqual([
      ['warning', crashed.at, 'Warning', crashed.text],
      ['info', slept.at, 'Note', slept.text],
      ['error', gaveUp.at, 'Problem', gaveUp.text],
    ]);
  });

  it('has details to unfold for what there is more to say of', () => {
    const page = render(crashed, slept);
    expect(page.match(/<summary>Details/g)).toHaveLength(1);
    expect(page).toContain('<p>exit code 1</p>');
  });
});
