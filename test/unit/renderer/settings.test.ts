import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { RestChoice } from '../../../preload/contract.ts';
import { Rest } from '../../../renderer/panel/rest.tsx';

function render(...choices: readonly RestChoice[]): string {
  return renderToStaticMarkup(createElement(Rest, { choices }));
}

/** What can be chosen, with a star at what is. */
function offers(page: string): readonly string[] {
  return [...page.matchAll(/<option[^>]*?( selected="")?>([^<]+)</g)].map(([, chosen, text]) => `${text ?? ''}${chosen === undefined ? '' : ' *'}`);
}

describe('when engines rest', () => {
  it('is chosen for each engine that can', () => {
    const page = render({ service: 'llm', title: 'language model', minutes: 10 }, { service: 'tts', title: 'voice', minutes: null });
    expect([...page.matchAll(/rest-title"[^>]*>([^<]+)/g)].map(([, title]) => title)).toEqual(['Language model', 'Voice']);
    expect(offers(page).filter((offer) => offer.endsWith('*'))).toEqual(['10 minutes *', 'never *']);
  });

  it('may be a time that was written by hand', () => {
    expect(offers(render({ service: 'llm', title: 'language model', minutes: 20 }))).toEqual(['5 minutes', '10 minutes', '20 minutes *', '30 minutes', '1 hour', 'never']);
  });

  it('is not asked where no engine of ours could', () => {
    expect(render()).toBe('');
  });
});
