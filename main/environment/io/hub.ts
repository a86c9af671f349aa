import { errorMessage } from '../../platform/text.ts';
import type { Listing } from '../download-listing.ts';
import { parseListing } from '../download-listing.ts';
import { ask, textOf } from './http.ts';
import type { DownloadProblem } from './resumable-download.ts';

/** The Hugging Face hub, or a mirror of it, and what is shown there to be let in. */
export interface Hub {
  readonly endpoint: string;
  /** Empty: as anybody. */
  readonly token: string;
}

/** A listing is some ten kilobytes; a repository with very many files has a megabyte. */
const maximumListingBytes = 16 * 1024 ** 2;
const stallAfterMs = 30_000;

/** Address of a file of a repository at a revision. */
export function fileUrl({ endpoint }: Hub, repository: string, revision: string, path: string): string {
  return `${base(endpoint)}/${repository}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What is sent along to the hub, and to nobody else. */
export function authorisationFor({ token }: Hub): string | undefined {
  return token === '' ? undefined : `Bearer ${token}`;
}

/** What a repository holds at a revision: its commit, and each file's size and sum. */
export async function listRevision(hub: Hub, repository: string, revision: string, signal: AbortSignal | undefined): Promise<Listing | DownloadProblem> {
  const url = `${base(hub.endpoint)}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  try {
    const answer = await ask({ url, authorisation: authorisationFor(hub), signal, stallAfterMs });
    try {
      if (answer.status === 401 || answer.status === 403) return { code: 'unauthorised', message: `${answer.host} answered ${answer.status}` };
      if (answer.status !== 200) return { code: answer.status === 404 ? 'not-found' : 'refused', message: `${answer.host} answered ${answer.status}` };
      const listing = parseListing(await textOf(answer, maximumListingBytes));
      return listing ?? { code: 'refused', message: `${answer.host} gave a list of files that cannot be read` };
    } finally {
      answer.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    return { code: 'unreachable', message: errorMessage(error) };
  }
}

function base(endpoint: string): string {
  return endpoint.replace(/\/+$/, '');
}
