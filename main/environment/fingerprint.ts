import { createHash } from 'node:crypto';

/** Names an environment by everything that decides what is in it. */
export function environmentFingerprint(parts: {
  readonly lock: string;
  readonly pythonVersion: string;
  readonly platform: string;
  readonly arch: string;
}): string {
  const text = [parts.lock, parts.pythonVersion, parts.platform, parts.arch].join('\0');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
