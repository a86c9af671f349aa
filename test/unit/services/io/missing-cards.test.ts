import { expect, test } from 'vitest';
import type { Finding } from '../../../../main/platform/finding.ts';
import { followMissingCards, goBackTo } from '../../../../main/services/io/missing-cards.ts';
import type { ServiceSnapshot, Supervisor } from '../../../../main/services/io/supervisor.ts';
import { servicesIn } from '../snapshots.ts';

function finding(title: string): Finding {
  return { fault: 'launch-failure', severity: 'warning', title, detail: '', evidence: [], remedies: [] };
}

/** Services of which recognition was planned on GPU-1; what runs is set from outside. */
function services(): { readonly supervisor: Supervisor; readonly fall: (why: Finding | null) => void; readonly wentBack: readonly string[] } {
  const wentBack: string[] = [];
  const listeners = new Set<() => void>();
  let onFallback: Finding | null = null;
  function snapshot(): readonly ServiceSnapshot[] {
    return servicesIn().map((one) => (one.service.id === 'stt' ? { ...one, planned: { ...one.planned, device: 'GPU-1' }, onFallback } : one));
  }
  return {
    wentBack,
    fall: (why) => {
      onFallback = why;
      for (const listener of listeners) listener();
    },
    supervisor: {
      start: () => undefined,
      stop: () => Promise.resolve(),
      snapshot,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      wake: () => undefined,
      afterSleep: () => undefined,
      goBack: (device) => wentBack.push(device),
    },
  };
}

test('cards left out at the start, and each that fails under an engine, are tried again: once a fault', () => {
  const { supervisor, fall } = services();
  const out: (string | null)[] = [];
  const end = followMissingCards(supervisor, { waitingFor: [{ uuid: null, finding: finding('none') }, { uuid: 'GPU-2', finding: finding('not ready') }] }, { leftOut: (uuid) => out.push(uuid) });
  const first = finding('first');
  fall(first);
  fall(first);
  fall(null);
  fall(finding('second'));
  end();
  fall(finding('third'));
  expect(out).toEqual([null, 'GPU-2', 'GPU-1', 'GPU-1']);
});

test('services go back to a card that is well again, if one of them waits for it', () => {
  const { supervisor, fall, wentBack } = services();
  const before = goBackTo(supervisor, 'GPU-1');
  fall(finding('failed'));
  expect({ before, after: ['GPU-1', 'GPU-2', null].map((uuid) => goBackTo(supervisor, uuid)), wentBack }).toEqual({ before: false, after: [true, false, false], wentBack: ['GPU-1'] });
});
