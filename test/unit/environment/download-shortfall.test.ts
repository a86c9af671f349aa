import { expect, test } from 'vitest';
import { modelFault, type Shortfall } from '../../../main/environment/download-shortfall.ts';

const files = [
  { name: 'model.bin', bytes: 1024 },
  { name: 'config.json', bytes: 1024 },
];

function shortfall(parts: { reasons?: readonly string[]; unauthorised?: boolean; wrong?: readonly string[] }): Shortfall {
  return { reasons: new Set(parts.reasons ?? ['hub: hub.example answered 404']), unauthorised: parts.unauthorised ?? false, wrong: new Set(parts.wrong ?? []) };
}

test.each<[string, Shortfall, string]>([
  ['all came wrong', shortfall({ wrong: ['model.bin', 'config.json'] }), 'hash-mismatch'],
  ['one came wrong and the other not at all', shortfall({ wrong: ['model.bin'] }), 'download-failed'],
  ['the hub asks who we are', shortfall({ unauthorised: true }), 'download-unauthorised'],
  ['the disk is full besides', shortfall({ unauthorised: true, reasons: ['url: ENOSPC: no space left on device, write'] }), 'disk-full'],
  ['no source has it', shortfall({}), 'download-failed'],
])('%s: the fault is what a person can do most about', (_what, given, id) => {
  expect(modelFault('A tiny model', files, given, false).id).toBe(id);
});

test('who has a token is not told to make one first', () => {
  const cures = [false, true].map((hasToken) => modelFault('A tiny model', files, shortfall({ unauthorised: true }), hasToken).cure);
  expect(cures).toEqual([expect.stringMatching(/make a read token for your account/) as string, expect.stringMatching(/with the account the token belongs to/) as string]);
});
