import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../preload/contract.ts';
import { worstFirst } from '../../../renderer/panel/notice-order.ts';
import { Notices } from '../../../renderer/panel/notices.tsx';

function notice(id: string, severity: Notice['severity'], actions: Notice['actions'] = []): Notice {
  return { id, severity, title: `Title of ${id}`, detail: `First line of ${id}.\nSecond line of ${id}.`, actions };
}

function render(...notices: readonly Notice[]): string {
  return renderToStaticMarkup(createElement(Notices, { notices }));
}

describe('notices', () => {
  it('put the worst first, and alike ones as they came', () => {
    const note = notice('note', 'info');
    const one = notice('one', 'warning');
    const two = notice('two', 'warning');
    const problem = notice('problem', 'error');
    expect(worstFirst([note, one, two, problem])).toEqual([problem, one, two, note]);
    expect(worstFirst([two, note, one])).toEqual([two, one, note]);
  });

  it('are in full when there is only one', () => {
    const page = render(notice('one', 'info', [{ title: 'Got it', command: 'dismiss-notice' }]));
    expect(page).toContain('data-notice="one"');
    expect(page).toContain('Second line of one.');
    expect(page.match(/<button/g)).toHaveLength(1);
    expect(page).not.toContain('aria-expanded');
  });

  it('fold all but the worst into a line that unfolds', () => {
    const page = render(notice('one', 'info'), notice('two', 'error'), notice('three', 'warning'));
    expect([...page.matchAll(/data-notice="(\w+)"/g)].map(([, id]) => id)).toEqual(['two', 'three', 'one']);
    expect(page).toContain('First line of two.');
    expect(page).not.toMatch(/First line of (one|three)/);
    expect(page.match(/aria-expanded="false"/g)).toHaveLength(2);
    expect(page).toContain('Title of three');
  });

  it('offer every remedy, also two of the same kind', () => {
    const remedies = ['cu121', 'cu124'].map((build) => ({ title: `Use ${build}`, command: 'remedy', id: 'use-torch-build', arguments: { build } }) as const);
    expect([...render(notice('one', 'warning', remedies)).matchAll(/class="button">([^<]+)</g)].map(([, title]) => title)).toEqual(['Use cu121', 'Use cu124']);
  });

  it('can be dismissed while folded', () => {
    const page = render(notice('one', 'error'), notice('two', 'info', [{ title: 'Got it', command: 'dismiss-notice' }]));
    expect(page).toContain('aria-label="Got it: Title of two"');
  });

  it('are nothing where there is nothing to say', () => {
    expect(render()).toBe('');
  });
});
