import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { Setup as ShownSetup, SetupStep, Transfer } from '../../../preload/contract.ts';
import { howFar, percentOf, shortTitle, transferLine } from '../../../renderer/panel/progress-words.ts';
import { Setup } from '../../../renderer/panel/setup.tsx';
import { SetupStrip } from '../../../renderer/panel/setup-strip.tsx';

const mebibyte = 1024 ** 2;
const half: Transfer = { receivedBytes: 410 * mebibyte, totalBytes: 1000 * mebibyte, bytesPerSecond: 5 * mebibyte, remainingSeconds: 118 };

function step(state: SetupStep['state'], change: Partial<SetupStep> = {}): SetupStep {
  return { title: `Step ${state}`, state, detail: null, transfer: null, durationMs: null, ...change };
}

function setup(steps: readonly SetupStep[], change: Partial<ShownSetup> = {}): ShownSetup {
  return { where: 'first', state: 'running', steps: [...steps], log: [], ...change };
}

/** A figure and its unit stay on one line; here they are compared as a person reads them. */
function spaced(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

function render(shown: ShownSetup): string {
  return renderToStaticMarkup(createElement(shown.where === 'first' ? Setup : SetupStrip, { setup: shown }));
}

describe('the set-up', () => {
  it('turns while it runs', () => {
    const page = render(setup([step('done'), step('running')]));
    expect(page.match(/class="spinner"/g)).toHaveLength(1);
    expect(page).toContain('<h2 class="setup-title">Setting up</h2>');
  });

  it('does not look busy once a step failed', () => {
    const page = render(setup([step('done'), step('running'), step('failed')], { state: 'ended' }));
    expect(page).not.toMatch(/spinner|progressbar|Cancel/);
    expect(page).toContain('<h2 class="setup-title">Setting up stopped</h2>');
    expect([...page.matchAll(/<span class="unseen">, (\w+)/g)].map(([, state]) => state)).toEqual(['done', 'stopped', 'failed']);
  });

  it('shows how far a step is, to the eye and to a screen reader', () => {
    const page = spaced(render(setup([step('running', { transfer: half })])));
    expect(page).toContain('role="progressbar" aria-label="Step running" aria-valuemin="0" aria-valuemax="100" aria-valuenow="41" aria-valuetext="41 %, 2 min left"');
    expect(page).toContain('transform:scaleX(0.41)');
    expect(page).toContain('410 MiB of 1000 MiB · 5.0 MiB/s · 2 min left');
  });

  it('names no figure where nobody knows how much there is', () => {
    const page = render(setup([step('running', { transfer: { ...half, totalBytes: null, remainingSeconds: null } })]));
    expect(page).not.toContain('aria-valuenow');
    expect(page).toContain('data-known="false"');
  });

  it('can be cancelled, once, and says that nothing is lost by it', () => {
    const [running, stopping] = [setup([step('running')]), setup([step('running')], { state: 'stopping' })].map(render);
    expect(running).toMatch(/<button type="button" class="button">Cancel<\/button>.*What has arrived is kept\./);
    expect(stopping).toContain('disabled="">Stopping…');
  });

  it('keeps its log folded, and only where there is one', () => {
    const [without, within] = [setup([step('running')]), setup([step('running')], { log: ['first <line>', 'second'] })].map(render);
    expect(without).not.toContain('<details');
    expect(within).toContain('<details class="setup-log"><summary>');
    expect(within).toContain('first &lt;line&gt;\nsecond</pre>');
  });
});

describe('a set-up beside the conversation', () => {
  const kyutai = step('running', { title: 'Kyutai speech recognition (2.6 GiB)', transfer: half });

  it('is one line that says what, how far, and that one may go on', () => {
    const words = spaced(render(setup([step('done'), kyutai], { where: 'background' }))).replace(/<p class="unseen".*?<\/p>/, '').replace(/<[^>]+>/g, '').trim();
    expect(words).toBe('Setting up Kyutai speech recognition: 41 %, 2 min left. You can go on talking.');
  });

  it('says it to a screen reader once a step, without figures that change', () => {
    expect(render(setup([kyutai], { where: 'background' }))).toContain('<p class="unseen" role="status">Setting up Kyutai speech recognition. You can go on talking.</p>');
  });

  it('is folded until somebody asks', () => {
    const page = render(setup([kyutai], { where: 'background' }));
    expect(page).toContain('aria-expanded="false"');
    expect(page).not.toContain('setup-steps');
  });
});

describe('the words of progress', () => {
  it('are never ahead of what has arrived', () => {
    const nearly = { ...half, receivedBytes: 1000 * mebibyte - 1 };
    expect([percentOf(nearly), percentOf({ ...half, receivedBytes: 2000 * mebibyte }), percentOf({ ...half, totalBytes: 0 })]).toEqual([99, 100, null]);
  });

  it('do not pretend to know more than anybody can', () => {
    expect([3, 12, 54, 61, 3_599, 7_300].map((remainingSeconds) => spaced(howFar({ ...half, remainingSeconds })))).toEqual(
      ['a few seconds left', '15 s left', '55 s left', '1 min left', '1 h 0 min left', '2 h 2 min left'].map((text) => `41 %, ${text}`),
    );
    expect([howFar(null), howFar({ ...half, totalBytes: null, remainingSeconds: null }), howFar({ ...half, remainingSeconds: null })].map(spaced)).toEqual(['', '410 MiB', '41 %']);
  });

  it('say when nothing comes', () => {
    expect(spaced(transferLine({ receivedBytes: 900, totalBytes: 3 * 1024 ** 3, bytesPerSecond: 0, remainingSeconds: null }))).toBe('900 B of 3.0 GiB · waiting for data');
  });

  it('leave out what stands in brackets behind a title', () => {
    expect(['Voice engines (Python packages, about 250 MiB to download)', 'PyTorch'].map(shortTitle)).toEqual(['Voice engines', 'PyTorch']);
  });
});
