import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../preload/contract.ts';
import { ExchangeView } from '../../../renderer/panel/exchange.tsx';

const latency = { vadMs: 0, turnMs: 0, sttMs: 0, llmMs: 11_200, ttsMs: 821, voiceToVoiceMs: 12_021 };

function render(exchange: Partial<Exchange>): string {
  const asked: Exchange = { id: 1, asked: 'typed', question: 'Why?', answer: 'So.', state: 'done', problem: null, latency, heardAfterMs: null, ...exchange };
  return renderToStaticMarkup(createElement(ExchangeView, { exchange: asked, explained: true }));
}

function stages(page: string): (string | undefined)[] {
  return [...page.matchAll(/data-stage="(\w+)"/g)].map(([, stage]) => stage);
}

describe('an answered question', () => {
  it('says in seconds what a person waited, and in whole milliseconds where it went', () => {
    const page = render({});
    expect(page).toContain('Answered in 12.0 s');
    expect(page).toContain('<dd data-stage="voiceToVoiceMs">12021 ms</dd>');
  });

  it('has no rows for hearing when it was typed', () => {
    expect(stages(render({ heardAfterMs: 12_300 }))).toEqual(['llmMs', 'ttsMs', 'speakerMs', 'voiceToVoiceMs', 'heardAfterMs']);
    expect(stages(render({ asked: 'spoken' }))).toEqual(['vadMs', 'turnMs', 'sttMs', 'llmMs', 'ttsMs', 'voiceToVoiceMs']);
  });
});

describe('an answer that is under way', () => {
  it('shows that it is waited for, also where it was cut off and goes on', () => {
    expect([render({ state: 'thinking', answer: '' }), render({ state: 'thinking' }), render({ state: 'speaking' })].map((page) => /Thinking|The answer goes on in a moment/.exec(page)?.[0])).toEqual(['Thinking', 'The answer goes on in a moment', undefined]);
    expect(render({ state: 'thinking' })).toContain('So.');
  });
});
