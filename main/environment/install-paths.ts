import type { Finding } from '../platform/finding.ts';
import type { PlaceFacts } from './install-check.ts';
import { allowWriting, tryAgain, useOtherFolder } from './install-remedies.ts';

/**
 * Longest path below each kind of folder, measured over the files of `voice` (143 characters below a slot) and of torch
 * 2.9.1 (135), with the longest name of a slot or of an entry of uv's cache before it.
 */
const deepest = { environments: 176, 'package-cache': 150, models: 90 } as const;

/** Programs of Windows that were not told otherwise end here, the closing zero included. */
const windowsLimit = 260;

/** A folder that a program of its owner copies elsewhere while it is used. */
const synchronised = /^(OneDrive( - .+)?|Dropbox|iCloudDrive|iCloud Drive|Google ?Drive|Nextcloud|ownCloud)$/i;

/** What is wrong with where Earshot would put things; one finding for each kind of trouble, whichever folders it touches. */
export function pathFindings(places: readonly PlaceFacts[], platform: NodeJS.Platform, longPaths: boolean): readonly Finding[] {
  const windows = platform === 'win32';
  const remedies = [useOtherFolder(platform)];
  const refused = places.filter((place) => place.writeProblem !== null);
  const tooLong = windows && !longPaths ? places.filter((place) => place.folder.length + deepest[place.kind] >= windowsLimit) : [];
  // Windows says the path in bytes of the system's language to programs that ask the old way: some of the engines do.
  const foreign = windows ? places.filter((place) => /[^ -~]/.test(place.folder)) : [];
  const remote = places.filter((place) => (windows ? isNetworkPath(place.folder) : place.networkFileSystem !== null));
  const copied = places.filter((place) => place.folder.split(windows ? /[\\/]/ : '/').some((part) => synchronised.test(part)));
  return [
    ...finding(refused, {
      fault: 'not-writable',
      severity: 'error',
      title: 'Earshot may not write into its own folder.',
      detail: 'Nothing can be installed there.',
      evidence: refused.map((place) => place.writeProblem ?? ''),
      remedies: [allowWriting, tryAgain],
    }),
    ...finding(tooLong, {
      fault: 'path-unsuitable',
      severity: 'error',
      title: "The path of Earshot's folder is too long for Windows.",
      detail: `With the files below it, it would pass ${windowsLimit} characters; what lies beyond cannot be opened.`,
      evidence: tooLong.map((place) => `${place.folder} (${place.folder.length} characters, ${deepest[place.kind]} more below it)`),
      remedies,
    }),
    ...finding(foreign, {
      fault: 'path-unsuitable',
      severity: 'warning',
      title: "The path of Earshot's folder has letters that some engines cannot read on Windows.",
      detail: 'Earshot tries it all the same. If a voice or a model is then reported as missing, this is why.',
      evidence: foreign.map((place) => place.folder),
      remedies,
    }),
    ...finding(remote, {
      fault: 'path-unsuitable',
      severity: 'warning',
      title: "Earshot's folder is on another computer.",
      detail: 'Every start reads gigabytes through the network, and when that is away the assistant is too.',
      evidence: remote.map((place) => (place.networkFileSystem === null ? place.folder : `${place.folder} (${place.networkFileSystem})`)),
      remedies,
    }),
    ...finding(copied, {
      fault: 'path-unsuitable',
      severity: 'warning',
      title: "Earshot's folder is one that is copied to an online store.",
      detail: 'The copying locks files while they are installed, and gigabytes would be uploaded for nothing.',
      evidence: copied.map((place) => place.folder),
      remedies,
    }),
  ];
}

/** `\\server\share`, also in its long form; `\\?\C:\…` and `\\.\…` are of this computer. */
export function isNetworkPath(path: string): boolean {
  return /^\\\\(\?\\UNC\\|[^?.\\])/i.test(path.replaceAll('/', '\\'));
}

function finding(places: readonly PlaceFacts[], found: Finding): readonly Finding[] {
  return places.length === 0 ? [] : [{ ...found, evidence: [...new Set(found.evidence)] }];
}
