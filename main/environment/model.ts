/** What an installation tells whoever watches it. */
export type Progress =
  | { readonly kind: 'step-started'; readonly step: string; readonly title: string }
  | { readonly kind: 'detail'; readonly step: string; readonly text: string }
  | { readonly kind: 'step-done'; readonly step: string; readonly title: string; readonly durationMs: number };

export type Report = (progress: Progress) => void;

export interface StepResult {
  readonly id: string;
  readonly title: string;
  /** "present" when nothing had to be done. */
  readonly outcome: 'present' | 'done';
  readonly durationMs: number;
}

/** What is on disk and ready to be started from. */
export interface Installation {
  /** Name of the `voice` environment: lock, Python and platform in one hash. */
  readonly fingerprint: string;
  /** Python of the `voice` environment. */
  readonly python: string;
  /** Folder of each installed model by its catalogue id. */
  readonly modelFolders: Readonly<Record<string, string>>;
  readonly steps: readonly StepResult[];
}
