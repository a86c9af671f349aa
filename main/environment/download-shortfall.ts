import type { Fault } from '../platform/fault.ts';
import { downloadFault, saysDiskFull } from './download-fault.ts';

/** Why files of a model did not come; gathered over all sources. */
export interface Shortfall {
  readonly reasons: Set<string>;
  /** The hub wants to know who asks. */
  unauthorised: boolean;
  /** Files that came and were not what they should be. */
  readonly wrong: Set<string>;
}

/** What a person is told of a model that could not be had. */
export function modelFault(title: string, missing: readonly { readonly name: string; readonly bytes: number }[], shortfall: Shortfall, hasToken: boolean): Fault {
  const reasons = [...shortfall.reasons];
  const detail = reasons.map((reason) => `  - ${reason}`).join('\n');
  if (missing.every((file) => shortfall.wrong.has(file.name))) {
    return {
      id: 'hash-mismatch',
      title: `${title}: what was downloaded is not the file that Earshot was tested with, so it is not used.`,
      detail,
      cure: 'Try again later, or from another network: a proxy or a broken download can change files on their way.',
    };
  }
  if (shortfall.unauthorised && !reasons.some((reason) => saysDiskFull(reason))) {
    return {
      id: 'download-unauthorised',
      title: hasToken
        ? `${title}: the model hub does not accept the token in the settings for this model.`
        : `${title}: the model hub gives this only to people it knows.`,
      detail: `Tried:\n${detail}`,
      cure: hasToken
        ? 'Open the model’s page on the hub with the account the token belongs to and agree to its terms, or make a new read token there and enter it in the settings as downloads.hubToken; then start again.'
        : 'Open the model’s page on the hub, agree to its terms, make a read token for your account there and enter it in the settings as downloads.hubToken; then start again.',
    };
  }
  return downloadFault(title, missing.reduce((total, file) => total + file.bytes, 0), reasons);
}
