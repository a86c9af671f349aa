import type { Fault } from '../platform/fault.ts';
import type { Finding } from '../platform/finding.ts';

/**
 * How far the making of one environment has come. Each is written to the journal before the next begins, so that after
 * a kill -9 the next start knows what is on disk.
 */
export const phases = ['begun', 'packages', 'proving', 'proven', 'moved-in', 'current'] as const;
export type Phase = (typeof phases)[number];

/** What an installation tells whoever watches it. */
export type Progress =
  | { readonly kind: 'step-started'; readonly step: string; readonly title: string }
  /** A line of its log. */
  | { readonly kind: 'detail'; readonly step: string; readonly text: string }
  /** What has arrived of this step so far, and of how much; null while that is not known. */
  | { readonly kind: 'bytes'; readonly step: string; readonly receivedBytes: number; readonly totalBytes: number | null }
  /** The journal has it on disk. */
  | { readonly kind: 'phase'; readonly environment: string; readonly phase: Phase }
  | { readonly kind: 'step-done'; readonly step: string; readonly title: string; readonly durationMs: number };

export type Report = (progress: Progress) => void;

export interface StepResult {
  readonly id: string;
  readonly title: string;
  /** "present" when nothing had to be done. */
  readonly outcome: 'present' | 'done' | 'failed';
  readonly durationMs: number;
}

/** A Python environment that was proven and can be started from. */
export interface InstalledEnvironment {
  /** "voice", "torch-cu124" */
  readonly id: string;
  /** Lock, Python and platform in one hash. */
  readonly fingerprint: string;
  readonly folder: string;
  readonly python: string;
  readonly sitePackages: string;
  /** As read back from the environment itself; null where it has no torch. */
  readonly torch: { readonly version: string; readonly cuda: string | null } | null;
}

/** What is on disk and ready to be started from. */
export interface Installation {
  /** Name of the `voice` environment: lock, Python and platform in one hash. */
  readonly fingerprint: string;
  /** Python of the `voice` environment. */
  readonly python: string;
  /** By their ids; `voice` is always among them. */
  readonly environments: Readonly<Record<string, InstalledEnvironment>>;
  /** Folder of each installed model by its catalogue id. */
  readonly modelFolders: Readonly<Record<string, string>>;
  readonly steps: readonly StepResult[];
  /** Why something that the plan can do without is not there, and what is said besides. */
  readonly findings: readonly Finding[];
  /** Environments and models that were wanted and could not be had, each with its reason. */
  readonly missing: ReadonlyMap<string, string>;
}

/** A proof that an environment works, or why it does not. */
export type Proof =
  | { readonly ok: true; readonly torch: InstalledEnvironment['torch'] }
  | { readonly ok: false; readonly fault: Fault };

export interface ProofMeans {
  /** What the lock says is in it, by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Torch its lock names; null where it has none. */
  readonly torch: { readonly version: string; readonly build: string } | null;
  readonly modelFolders: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal | undefined;
}

/** Loads each engine of an environment and lets it work once: "installed" means that it works, not that files are there. */
export type Prove = (candidate: InstalledEnvironment, means: ProofMeans) => Promise<Proof>;
