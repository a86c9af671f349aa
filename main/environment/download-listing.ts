import * as z from 'zod';
import { parseDigest, type Digest } from './download-digest.ts';

const listingSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().nonnegative().optional(),
      blobId: z.string().optional(),
      lfs: z.object({ sha256: z.string(), size: z.int().nonnegative() }).nullish(),
    }),
  ),
});

/** A file of a repository as its listing has it. */
export interface ListedFile {
  readonly bytes: number;
  readonly digest: Digest;
}

/** A repository at one commit. */
export interface Listing {
  readonly commit: string;
  readonly files: ReadonlyMap<string, ListedFile>;
}

/** The hub's answer to `…/revision/…?blobs=true`; null where it is no such answer. Files without a sum are left out. */
export function parseListing(text: string): Listing | null {
  const read = parsedJson(text);
  const parsed = listingSchema.safeParse(read);
  if (!parsed.success) return null;
  const files = new Map<string, ListedFile>();
  for (const { rfilename, size, blobId, lfs } of parsed.data.siblings) {
    // A large file is known by its sha256; the git sum of a large one is that of the pointer to it.
    const digest = lfs == null ? parseDigest(`git-sha1:${blobId ?? ''}`) : parseDigest(`sha256:${lfs.sha256}`);
    const bytes = lfs?.size ?? size;
    if (digest !== null && bytes !== undefined) files.set(rfilename, { bytes, digest });
  }
  return { commit: parsed.data.sha, files };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
