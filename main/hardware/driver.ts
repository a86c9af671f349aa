import * as z from 'zod';
import { compareVersions, isVersion } from '../platform/versions.ts';
import data from './driver-versions.json';

const version = z.string().regex(/^\d+(\.\d+)*$/);
const table = z.strictObject({
  source: z.string(),
  /** Newest first. */
  releases: z.array(z.strictObject({ cuda: version, linux: version, windows: version })),
});

const known = table.parse(data);

/** The highest CUDA version a driver runs, as far as the table knows; null for a driver older than all of it. */
export function cudaVersionOf(driverVersion: string, platform: 'linux' | 'win32'): string | null {
  if (!isVersion(driverVersion)) return null;
  const floor = platform === 'win32' ? 'windows' : 'linux';
  return known.releases.find((release) => compareVersions(driverVersion, release[floor]) >= 0)?.cuda ?? null;
}
