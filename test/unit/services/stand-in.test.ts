import { expect, test } from 'vitest';
import { standInFor } from '../../../main/services/stand-in.ts';
import type { Service } from '../../../main/services/service.ts';
import { servicesIn } from './snapshots.ts';

function onDevices(...devices: readonly string[]): Service {
  const [first] = servicesIn();
  if (first === undefined) throw new Error('there are no services');
  const [device = '', ...rest] = devices;
  return { ...first.service, device, fallback: rest.length === 0 ? null : onDevices(...rest) };
}

test.each([
  [['gpu', 'cpu'], 'cpu'],
  [['gpu', 'gpu', 'gpu', 'cpu'], 'cpu'],
  [['gpu', 'other gpu', 'cpu'], 'other gpu'],
  [['gpu', 'gpu'], null],
  [['cpu'], null],
])('what runs on %j falls back on %s: nothing on a card that failed', (devices, device) => {
  expect(standInFor(onDevices(...devices))?.device ?? null).toBe(device);
});
