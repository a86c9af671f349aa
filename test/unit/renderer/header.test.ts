import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { ListeningMode, Snapshot } from '../../../preload/contract.ts';
import { Header } from '../../../renderer/panel/header.tsx';

function render(mode: ListeningMode, muted: boolean, headline = 'Ready'): string {
  const snapshot: Snapshot = {
    version: '1.0.0',
    status: 'idle',
    headline,
    setup: null,
    services: [],
    explanation: null,
    engines: null,
    exchanges: [],
    listening: { mode, muted, pressed: false, shortcut: null },
    audio: { capture: false, microphone: null, speaker: null, microphones: [], speakers: [] },
    rest: [],
    startsAtLogin: false,
    notices: [],
    events: [],
  };
  return renderToStaticMarkup(createElement(Header, { snapshot, settingsOpen: false, onToggleSettings: () => undefined }));
}

/** The titles of the header's buttons. */
function titles(mode: ListeningMode, muted: boolean): string[] {
  return [...render(mode, muted).matchAll(/<button[^>]* title="([^"]+)"/g)].map(([, title]) => title ?? '');
}

describe('the header', () => {
  it('offers to mute only what listens by itself', () => {
    expect(titles('hands-free', false)).toEqual(['Mute the microphone', 'Settings', 'Close. Earshot goes on listening.']);
    expect(titles('hands-free', true)).toEqual(['Muted. Unmute the microphone', 'Settings', 'Close. Earshot goes on running.']);
    expect(titles('press-to-talk', false)).toEqual(['Settings', 'Close. Earshot goes on running.']);
    expect(titles('press-to-talk', true)).toEqual(['Settings', 'Close. Earshot goes on running.']);
  });

  it('keeps the whole headline in its title', () => {
    const headline = 'Setting up: Python packages of the voice stack (about 250 MiB, once)';
    expect(render('hands-free', false, headline)).toContain(`title="${headline}">${headline}</p>`);
  });
});
