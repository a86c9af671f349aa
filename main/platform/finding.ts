import type { FaultId } from './fault.ts';

/** What was found wrong, with what shows it and what a person can do. Entry of `findings` in the JSON of `doctor`. */
export interface Finding {
  readonly fault: FaultId;
  readonly severity: 'info' | 'warning' | 'error';
  /** What happened and what Earshot did about it, in one sentence without jargon. */
  readonly title: string;
  readonly detail: string;
  /** Lines that show it, as they were found. */
  readonly evidence: readonly string[];
  readonly remedies: readonly Remedy[];
}

export interface Remedy {
  readonly id: string;
  readonly title: string;
  /** "click": Earshot does it. "guide": only a person can. */
  readonly kind: 'click' | 'guide';
  /** What it is done with or to; left out where it needs no more than its id. */
  readonly arguments?: RemedyArguments;
}

/** A torch build ("cu124"), a graphics card by its uuid, a service ("stt"), a model by its id. */
export interface RemedyArguments {
  readonly build?: string;
  readonly gpu?: string;
  readonly service?: string;
  readonly model?: string;
}

/** A finding as the lines a person reads. */
export function describeFinding(finding: Finding): string {
  const { title, detail, remedies } = finding;
  return [title, detail, ...remedies.map((remedy) => `→ ${remedy.title}`)].filter((line) => line !== '').join('\n');
}
