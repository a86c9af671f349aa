/** Ids of the faults Earshot knows by name; the list grows with the stages that can raise them (design: "Fault ids"). */
export type FaultId =
  | 'disk-full'
  | 'download-failed'
  | 'hash-mismatch'
  | 'process-crashed'
  | 'not-writable'
  | 'python-missing'
  | 'recording-unreadable'
  | 'service-unreachable'
  | 'settings-invalid'
  | 'stopped'
  | 'turn-failed'
  | 'usage';

/**
 * Something that went wrong and that a person can do something about.
 *
 * `title` says what happened in one sentence without jargon, `detail` what was found, `cure` what to do now.
 */
export interface Fault {
  readonly id: FaultId;
  readonly title: string;
  readonly detail?: string;
  readonly cure?: string;
  /** Service the fault belongs to, when there is one. */
  readonly service?: string;
}

/** Carries a {@link Fault} up to whoever talks to the person. */
export class FaultError extends Error {
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.title, options);
    this.name = 'FaultError';
  }
}

/** Title, detail and cure as the lines a person reads. */
export function describeFault(fault: Fault): string {
  return [fault.title, fault.detail, fault.cure].filter((line) => line !== undefined && line !== '').join('\n');
}
