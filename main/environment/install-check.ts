import { faultOfFinding, freeDiskSpace, tryAgain, useLargerDisk, type CuredFault } from './install-remedies.ts';
import { networkFindings, type NetworkFacts } from './install-network.ts';
import { pathFindings } from './install-paths.ts';
import type { Finding } from '../platform/finding.ts';
import { formatBytes } from '../platform/text.ts';

/** A folder that is about to be filled. It need not be there yet. */
export interface Place {
  readonly kind: 'environments' | 'package-cache' | 'models';
  readonly folder: string;
  readonly neededBytes: number;
  /** What the bytes are: "the new environment (beside the one in use)". */
  readonly purpose: string;
}

/** A place and what its disk says. */
export interface PlaceFacts extends Place {
  /** Same for places that share their free bytes. */
  readonly disk: string;
  /** Null where the disk does not say. */
  readonly freeBytes: number | null;
  /** Why nothing can be written there; null when something could. */
  readonly writeProblem: string | null;
  /** "NFS"; null for a disk of this computer. */
  readonly networkFileSystem: string | null;
}

export interface InstallationFacts {
  readonly platform: NodeJS.Platform;
  readonly places: readonly PlaceFacts[];
  /** Whether Windows was set to open paths of any length. */
  readonly longPaths: boolean;
  /** Null when nothing has to be fetched. */
  readonly network: NetworkFacts | null;
}

/** What stands in the way of an installation, and what should be said before it; errors come first. */
export function judgeInstallation({ platform, places, longPaths, network }: InstallationFacts): readonly Finding[] {
  const all = [...diskFindings(places), ...pathFindings(places, platform, longPaths), ...(network === null ? [] : networkFindings(network))];
  return [...all.filter((finding) => finding.severity === 'error'), ...all.filter((finding) => finding.severity !== 'error')];
}

/** What ends the installation before its first byte; null when it may begin. */
export function hindranceIn(findings: readonly Finding[]): CuredFault | null {
  const error = findings.find((finding) => finding.severity === 'error');
  return error === undefined ? null : faultOfFinding(error);
}

/** Places on one disk share its room. */
function diskFindings(places: readonly PlaceFacts[]): readonly Finding[] {
  return [...new Set(places.map((place) => place.disk))].flatMap((disk) => {
    const onDisk = places.filter((place) => place.disk === disk);
    const needed = onDisk.reduce((sum, place) => sum + place.neededBytes, 0);
    const free = onDisk.find((place) => place.freeBytes !== null)?.freeBytes ?? null;
    if (free === null || free >= needed) return [];
    return [
      {
        fault: 'disk-full',
        severity: 'error',
        title: `There is not enough room on the disk: ${formatBytes(needed)} are needed, ${formatBytes(free)} are free.`,
        detail: 'The new is made beside what is in use, which stays until the new has proven itself.',
        evidence: onDisk.filter((place) => place.neededBytes > 0).map((place) => `${formatBytes(place.neededBytes)} for ${place.purpose}: ${place.folder}`),
        remedies: [freeDiskSpace, useLargerDisk, tryAgain],
      },
    ];
  });
}
