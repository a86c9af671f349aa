import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { SetupStep } from '../../../preload/contract.ts';
import { Setup } from '../../../renderer/panel/setup.tsx';

function render(...states: readonly SetupStep['state'][]): string {
  const steps = states.map((state, index) => ({ title: `Step ${index}`, state, detail: null, durationMs: null }));
  return renderToStaticMarkup(createElement(Setup, { steps }));
}

describe('the set-up', () => {
  it('turns while it runs', () => {
    const page = render('done', 'running');
    expect(page.match(/class="spinner"/g)).toHaveLength(1);
    expect(page).toContain('<h2 class="setup-title">Setting up</h2>');
  });

  it('does not look busy once a step failed', () => {
    const page = render('done', 'running', 'failed');
    expect(page).not.toContain('spinner');
    expect(page).toContain('<h2 class="setup-title">Setting up stopped</h2>');
    expect([...page.matchAll(/<span class="unseen">, (\w+)/g)].map(([, state]) => state)).toEqual(['done', 'stopped', 'failed']);
  });
});
