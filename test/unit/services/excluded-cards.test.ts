import { expect, test } from 'vitest';
import { defaultSettings } from '../../../main/settings/schema.ts';
import { withoutCards } from '../../../main/services/excluded-cards.ts';
import { preflightFinding } from '../../../main/services/preflight-finding.ts';

test('cards that failed are left out with date and reason, beside what the person decided', () => {
  const own = { use: true, since: null, reason: null };
  const settings = { ...defaultSettings, overrides: { ...defaultSettings.overrides, gpus: { 'GPU-1': own, 'GPU-2': own } } };
  const finding = preflightFinding({ uuid: 'GPU-2', name: 'NVIDIA T4', attempts: 1, answer: { kind: 'silent', reason: 'no', timedOut: true }, driver: null });
  expect(withoutCards(settings, [{ uuid: 'GPU-2', finding }], new Date('2026-11-21T23:00:00Z'))).toEqual({
    ...settings,
    overrides: {
      ...settings.overrides,
      gpus: { 'GPU-1': own, 'GPU-2': { use: false, since: '2026-11-21', reason: 'The NVIDIA T4 does not answer, so Earshot works without it.' } },
    },
  });
});
