/** What a file is known by. The hub names small files by git's own sum alone; a npm package by its sha512. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512' | 'git-sha1';
  readonly hex: string;
}

const lengths = [
  { algorithm: 'sha256', digits: 64 },
  { algorithm: 'sha512', digits: 128 },
  { algorithm: 'git-sha1', digits: 40 },
] as const;

/** "sha256:6e74…" */
export function digestText({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex}`;
}

/** A digest from its text; null when it is none. */
export function parseDigest(text: string): Digest | null {
  const [, algorithm, hex = ''] = /^(sha256|sha512|git-sha1):([0-9a-f]+)$/.exec(text) ?? [];
  const known = lengths.find((each) => each.algorithm === algorithm);
  return known?.digits === hex.length ? { algorithm: known.algorithm, hex } : null;
}

/** The digest of an npm integrity ("sha512-…" in base64); null for older kinds. */
export function digestOfIntegrity(integrity: string): Digest | null {
  const [, base64] = /^sha512-([\w+/]+={0,2})$/.exec(integrity) ?? [];
  return base64 === undefined ? null : parseDigest(`sha512:${Buffer.from(base64, 'base64').toString('hex')}`);
}
