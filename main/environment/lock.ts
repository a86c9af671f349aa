/** Where the packages of a part come from: the index of every Python package, or PyTorch's own. */
export type WheelIndex = 'default' | 'pytorch';

/** Packages of a lock that come from the same index, in a file of their own: no package is ever looked for in two places. */
export interface LockPart {
  readonly path: string;
  readonly index: WheelIndex;
}

export interface LockedPackage {
  readonly name: string;
  /** "2.5.1", "2.7.1+cu118" */
  readonly version: string;
  /** "sha256:…" of every file that may be installed as it. */
  readonly hashes: readonly string[];
}

/** Everything that decides what is in an environment. */
export interface Lock {
  readonly id: string;
  readonly parts: readonly LockPart[];
  readonly packages: readonly LockedPackage[];
  /** All that belongs in the fingerprint. */
  readonly text: string;
  readonly torch: TorchRelease | null;
  /** Pythons there are wheels for, the one it was resolved for first. */
  readonly pythonVersions: PythonVersions;
  /** File with hashed pins of what builds the one source distribution; null where all are wheels. */
  readonly buildConstraints: string | null;
}

export type PythonVersions = readonly [string, ...string[]];

export interface TorchRelease {
  readonly version: string;
  readonly build: string;
}

/** Packages of a text such as `uv pip compile --generate-hashes` writes. */
export function readLock(text: string): readonly LockedPackage[] {
  // A backslash goes on in the next line, and lines that begin with a space are comments of the package above.
  const entries = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  return entries.flatMap((entry) => {
    const [, name, version] = /^([A-Za-z0-9][\w.-]*)==([^\s;]+)/.exec(entry) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ name: normalName(name), version, hashes: [...entry.matchAll(/--hash=(\S+)/g)].flatMap(([, hash]) => hash ?? []) }];
  });
}

/** The text of a lock cut in two: what PyTorch's own index has to give, and everything else. */
export function partsByIndex(text: string): Readonly<Record<WheelIndex, string>> {
  const entries = text.split(/\n(?=[A-Za-z0-9])/).map((entry) => entry.trimEnd()).filter((entry) => entry !== '');
  function of(index: WheelIndex): string {
    return entries.filter((entry) => indexOf(readLock(entry)[0]?.name ?? '') === index).map((entry) => `${entry}\n`).join('');
  }
  return { default: of('default'), pytorch: of('pytorch') };
}

/**
 * Whose package it is when PyTorch's own index is asked at all. That index repeats many packages of others (numpy, jinja2);
 * those come from where every other environment has them from.
 */
export function indexOf(name: string): WheelIndex {
  return /^(?:torch|torchaudio|triton|pytorch-triton|triton-windows|nvidia-.+)$/.test(normalName(name)) ? 'pytorch' : 'default';
}

/** Version of each package by its name. */
export function packagesOf({ packages }: Pick<Lock, 'packages'>): Readonly<Record<string, string>> {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

/** "cu124" of "torch-cu124"; null where no torch is. */
export function buildOf(environment: string): string | null {
  return /^torch-(cpu|cu\d+)$/.exec(environment)?.[1] ?? null;
}

/** Name of the lock an environment has in `python/locks` on a system, without its ending. */
export function lockName(environment: string, platform: NodeJS.Platform): string {
  return `${environment}.${platform === 'win32' ? 'windows' : 'linux'}`;
}

/** Requirements of a file such as `torch.in`, without what it says about them. */
export function requirementsIn(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*/, '').trim()).filter((line) => line !== '');
}

/** "Prometheus_Client" and "prometheus-client" are the same package (PEP 503). */
function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
