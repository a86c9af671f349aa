import { describe, expect, it } from 'vitest';
import type { ServiceRow } from '../../../preload/contract.ts';
import { duration, milliseconds } from '../../../renderer/panel/figures.ts';
import { inviteTo } from '../../../renderer/panel/invitation.ts';
import { momentOf } from '../../../renderer/panel/moment.ts';
import { restWords } from '../../../renderer/panel/rest.tsx';
import { shortDevice, summariseServices } from '../../../renderer/panel/services-summary.ts';
import { reasonOf } from '../../../renderer/store/reason.ts';

function services(...states: ServiceRow['state'][]): ServiceRow[] {
  const titles = ['speech recognition', 'language model', 'voice'];
  return states.map((state, index) => ({
    id: `${index}`,
    title: titles[index] ?? 'another',
    state,
    detail: null,
    engine: 'an engine',
    model: 'a model',
    device: 'cpu',
    p50Ms: null,
  }));
}

describe('figures', () => {
  it('are whole milliseconds where they are compared', () => {
    expect([milliseconds(212.6), milliseconds(0), milliseconds(1197.4)]).toEqual(['213 ms', '0 ms', '1197 ms']);
  });

  it('are rounded to what can be felt elsewhere', () => {
    expect([duration(42), duration(1197.8), duration(59_940), duration(59_960), duration(73_400)]).toEqual([
      '42 ms',
      '1.2 s',
      '59.9 s',
      '1 min 0 s',
      '1 min 13 s',
    ]);
  });
});

describe('the services in one line', () => {
  it('name the one that needs attention', () => {
    expect(summariseServices(services('ready', 'restarting', 'ready'))).toEqual({ text: 'Language model restarting', state: 'restarting' });
    expect(summariseServices(services('failed', 'restarting', 'ready'))).toEqual({ text: 'Speech recognition failed', state: 'failed' });
  });

  it('count several in the same state', () => {
    expect(summariseServices(services('waiting', 'waiting', 'ready')).text).toBe('2 of 3 waiting');
    expect(summariseServices(services('ready', 'ready', 'ready'))).toEqual({ text: 'All 3 ready', state: 'ready' });
    expect(summariseServices([])).toEqual({ text: 'None yet', state: 'waiting' });
  });

  it('call what rests by name, and neither a trouble nor missing', () => {
    expect(summariseServices(services('ready', 'resting', 'ready'))).toEqual({ text: 'Language model resting', state: 'resting' });
    expect(summariseServices(services('resting', 'resting', 'ready'))).toEqual({ text: '2 of 3 resting', state: 'resting' });
    expect(summariseServices(services('resting', 'slow', 'ready'))).toEqual({ text: 'Language model slow', state: 'slow' });
  });

  it('name a card by what tells it from others', () => {
    expect(['cpu', 'NVIDIA GeForce RTX 3050 Laptop GPU', 'NVIDIA H200', 'Radeon'].map(shortDevice)).toEqual(['CPU', 'RTX 3050', 'H200', 'Radeon']);
  });
});

describe('an empty conversation', () => {
  const listening = { mode: 'hands-free', muted: false, pressed: false, shortcut: 'Ctrl+Shift+Space' } as const;
  const ready = { status: 'idle', listening, notices: [] } as const;

  it('says how to begin', () => {
    const press = { ...listening, mode: 'press-to-talk' } as const;
    const titles = [
      inviteTo({ ...ready, notices: [] }, 'live'),
      inviteTo({ ...ready, notices: [], listening: press }, 'off'),
      inviteTo({ ...ready, notices: [], listening: { ...press, shortcut: null } }, 'off'),
      inviteTo({ ...ready, notices: [], listening: { ...listening, muted: true } }, 'off'),
      inviteTo({ ...ready, notices: [], listening: { ...press, muted: true } }, 'off'),
      inviteTo({ ...ready, notices: [], status: 'starting' }, 'off'),
    ].map(({ title }) => title);
    expect(titles).toEqual([
      'Just speak',
      'Press Ctrl+Shift+Space',
      'Press to talk',
      'The microphone is off',
      'Press Ctrl+Shift+Space',
      'Getting ready',
    ]);
  });

  it('does not ask to speak where nothing hears', () => {
    expect(inviteTo({ ...ready, notices: [] }, 'denied').title).toBe('Type a question');
    expect(inviteTo({ ...ready, notices: [] }, 'missing').title).toBe('Type a question');
  });
});

describe('a moment', () => {
  const now = new Date(2026, 10, 21, 18, 0);

  it('of today is a time, and of another day has the day before it', () => {
    const moments = [new Date(2026, 10, 21, 9, 5), new Date(2026, 10, 20, 23, 59)].map((moment) => momentOf(moment.toISOString(), now, 'en-GB'));
    expect(moments).toEqual(['09:05', '20 Nov, 23:59']);
  });
});

describe('a time to rest', () => {
  it('is said as a person would', () => {
    expect([1, 5, 60, 90, 120].map(restWords)).toEqual(['1 minute', '5 minutes', '1 hour', '90 minutes', '2 hours']);
  });
});

describe('the reason of a refusal', () => {
  it('is what main said, without how it came', () => {
    const remote = new Error("Error invoking remote method 'earshot:command': Error: The language model is not ready yet.");
    expect(reasonOf(remote)).toBe('The language model is not ready yet.');
    expect(reasonOf('plain')).toBe('plain');
    expect(reasonOf(new Error(''))).toBe('It did not work, and nothing said why.');
  });
});
