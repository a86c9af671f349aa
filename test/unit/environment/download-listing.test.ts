import { expect, test } from 'vitest';
import { parseListing } from '../../../main/environment/download-listing.ts';

const commit = '0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf';
const blobId = '0351d1d6870005e865747b781b5d7c23ea0459cd';

test('large files are known by their sha256, small ones by git’s sum, and what has neither is left out', () => {
  const text = JSON.stringify({
    id: 'owner/tiny',
    sha: commit,
    gated: false,
    siblings: [
      { rfilename: 'model.bin', size: 1_617_884_929, blobId: 'f'.repeat(40), lfs: { sha256: 'e'.repeat(64), size: 1_617_884_929, pointerSize: 135 } },
      { rfilename: 'config.json', size: 2263, blobId },
      { rfilename: 'sub/tokenizer.json', size: 10, blobId, lfs: null },
      { rfilename: 'README.md' },
    ],
  });
  const listing = parseListing(text);
  expect([listing?.commit, Object.fromEntries(listing?.files ?? [])]).toEqual([
    commit,
    {
      'model.bin': { bytes: 1_617_884_929, digest: { algorithm: 'sha256', hex: 'e'.repeat(64) } },
      'config.json': { bytes: 2263, digest: { algorithm: 'git-sha1', hex: blobId } },
      'sub/tokenizer.json': { bytes: 10, digest: { algorithm: 'git-sha1', hex: blobId } },
    },
  ]);
});

test.each(['', '<html>', '{}', '[]', '{"sha":"main","siblings":[]}'])('"%s" is no listing', (text) => {
  expect(parseListing(text)).toBeNull();
});
