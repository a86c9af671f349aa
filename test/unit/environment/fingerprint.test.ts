import { expect, test } from 'vitest';
import { environmentFingerprint } from '../../../main/environment/fingerprint.ts';

const parts = { lock: 'pipecat-ai==1.14.0\n', pythonVersion: '3.11.7', platform: 'linux', arch: 'x64' };

test('the same parts always name the same environment', () => {
  expect([environmentFingerprint(parts), environmentFingerprint({ ...parts })]).toEqual([
    expect.stringMatching(/^[0-9a-f]{16}$/),
    environmentFingerprint(parts),
  ]);
});

test('whatever decides what is in an environment changes its name', () => {
  const others = [
    { ...parts, lock: 'pipecat-ai==1.14.1\n' },
    { ...parts, pythonVersion: '3.12.1' },
    { ...parts, platform: 'win32' },
    { ...parts, arch: 'arm64' },
    // The same letters cut at another place are not the same parts.
    { ...parts, platform: 'linuxx', arch: '64' },
  ];
  expect(new Set([parts, ...others].map(environmentFingerprint)).size).toBe(6);
});
