import type { Model, ModelFile } from '../plan/catalogue.ts';
import type { Plan } from '../plan/model.ts';
import { formatBytes } from '../platform/text.ts';

/** What the download of an environment's packages weighs, and what they take on the disk. */
export interface LockSize {
  readonly downloadBytes: number;
  readonly installedBytes: number;
}

/** "PyTorch 2.5.1 for CUDA 12.4 (Python packages, up to 2.6 GiB to download)". */
export function environmentTitle({ id, build, torch }: Plan['environments'][number], size: LockSize | null): string {
  const download = size === null ? '' : `, up to ${formatBytes(size.downloadBytes)} to download`;
  return `${id === 'voice' ? 'Voice engines' : `PyTorch ${torch ?? ''} ${placeOf(build)}`} (Python packages${download})`;
}

function placeOf(build: string | null): string {
  const [, major = '', minor = ''] = /^cu(\d\d)(\d)$/.exec(build ?? '') ?? [];
  return major === '' ? 'for the processor' : `for CUDA ${major}.${minor}`;
}

export function modelTitle({ title, files }: Model): string {
  return `${title} (${formatBytes(bytesOf(files))})`;
}

function bytesOf(files: readonly ModelFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
