import type { Finding } from '../platform/finding.ts';
import { readDownloadFailure } from './download-failure.ts';
import { thisComputer } from './download-fault.ts';
import { downloadFinding, type FailureContext } from './download-finding.ts';
import { checkIndex, connectNetwork, faultOfFinding, tryAgain, updateEarshot, updateSystem, useProcessorBuild, type CuredFault } from './install-remedies.ts';

export { findingOfFault } from './install-remedies.ts';

export interface UvContext extends FailureContext {
  /** Torch build of the environment ("cu124"); null where it has none. */
  readonly build: string | null;
  /** Indexes that the settings name, and that were asked. */
  readonly namedIndexes: readonly string[];
}

/** Why uv could not do it, said for a person. `what` completes "Could not be fetched: …", `output` is what uv said. */
export function uvFault(what: string, output: string, context: Partial<UvContext> = {}): CuredFault {
  return faultOfFinding(uvFinding(what, output, context));
}

/** The same as it is listed beside everything else that is wrong. */
export function uvFinding(what: string, output: string, context: Partial<UvContext> = {}): Finding {
  const known = { ...thisComputer(), build: null, namedIndexes: [], ...context };
  const evidence = evidenceIn(output);
  const damaged = damagedCacheFile(output);
  if (damaged !== null) return damagedCache(what, evidence, damaged);
  const failure = readDownloadFailure(output);
  const silent = failure.kind === 'no-network' ? known.namedIndexes.find((address) => output.includes(hostOf(address))) : undefined;
  if (silent !== undefined) {
    return {
      fault: 'download-failed',
      severity: 'error',
      title: `Could not be fetched: ${what}. The address that your settings name for packages does not answer.`,
      detail: `Nobody answers at ${silent} (downloads.packageIndex or downloads.torchIndex in the settings).`,
      evidence,
      remedies: [checkIndex, connectNetwork, tryAgain],
    };
  }
  return failure.kind === 'unknown' ? (wheelFinding(what, output, evidence, known) ?? downloadFinding(what, failure, evidence, known)) : downloadFinding(what, failure, evidence, known);
}

/**
 * File of uv's cache that uv found damaged; null when it is something else. uv believes a package in its cache to be whole:
 * it does not fetch it again by itself (`--reinstall --refresh`, or a cache without it, does).
 */
export function damagedCacheFile(output: string): string | null {
  const file = /`([^`]*[/\\]archive-v\d+[/\\][^`]*)`: (?:No such file|The system cannot find)/.exec(output)?.[1];
  return file ?? null;
}

function damagedCache(what: string, evidence: readonly string[], file: string): Finding {
  const cache = file.replace(/[/\\]archive-v\d+[/\\].*$/, '');
  return {
    fault: 'hash-mismatch',
    severity: 'error',
    title: `Could not be installed: ${what}. A package that was kept from an earlier download is damaged.`,
    detail: `Earshot keeps such packages in ${cache}.`,
    evidence,
    remedies: [{ id: 'clear-package-cache', title: `Delete the folder ${cache} and start again; what was in it is fetched anew.`, kind: 'guide' }],
  };
}

function wheelFinding(what: string, output: string, evidence: readonly string[], { build }: UvContext): Finding | null {
  const text = output.replace(/\s+/g, ' ');
  const processor = build === null || build === 'cpu' ? [] : [useProcessorBuild];
  const missing = { severity: 'error', evidence } as const;
  const [, absent] = /Because (\S+) was not found in the (?:package registry|provided package locations)/.exec(text) ?? [];
  if (absent !== undefined) {
    const detail = `The package index does not carry ${absent}.`;
    return { ...missing, fault: 'no-matching-wheel', title: `Could not be fetched: ${what}. A part of it is not to be had.`, detail, remedies: [checkIndex, ...processor, tryAgain] };
  }
  const [, unversioned] = /there is no version of (\S+?) and/.exec(text) ?? [];
  if (unversioned !== undefined) {
    const detail = `The package index does not carry ${unversioned}, or answers with something that is no index.`;
    return { ...missing, fault: 'no-matching-wheel', title: `Could not be fetched: ${what}. A part of it is not to be had.`, detail, remedies: [checkIndex, ...processor, tryAgain] };
  }
  const glibc = newerGlibc(text);
  if (glibc !== null) {
    return {
      ...missing,
      fault: 'glibc-too-old',
      title: `Cannot be installed here: ${what}. This computer's system is too old for it.`,
      detail: `It needs version ${glibc.needed} of the C library (glibc); this system has ${glibc.present}.`,
      remedies: [updateSystem, ...processor],
    };
  }
  const [, unfit] = /Because (\S+) has no (?:usable )?wheels/.exec(text) ?? /Because the current Python version \(\S+\) does not satisfy \S+ and (\S+) depends/.exec(text) ?? /A URL \((\S+)\) dependency is incompatible/.exec(text) ?? [];
  if (unfit === undefined && !text.includes('No solution found')) return null;
  return {
    ...missing,
    fault: 'no-matching-wheel',
    title: `Cannot be installed here: ${what}. A part of it does not exist for this computer.`,
    detail: unfit === undefined ? '' : `${fileName(unfit)} is not made for this system, its processor or its Python.`,
    remedies: [...processor, updateEarshot],
  };
}

/** Whether all that is missing is a newer glibc: the wheels are for this processor, and each wants more than there is. */
function newerGlibc(text: string): { readonly needed: string; readonly present: string } | null {
  const [, present, arch] = /\(e\.g\., `manylinux_2_(\d+)_(\w+)`\)/.exec(text) ?? [];
  const [, offered] = /on the following platforms?: (.*)$/.exec(text) ?? [];
  if (present === undefined || arch === undefined || offered === undefined) return null;
  const older: Readonly<Record<string, number>> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };
  const minors = [...offered.matchAll(/`(manylinux(?:1|2010|2014)|manylinux_2_(\d+))_(\w+)`/g)].flatMap(([, name = '', minor, forArch]) => (forArch === arch ? [minor === undefined ? (older[name] ?? 0) : Number(minor)] : []));
  const needed = Math.min(...minors);
  return minors.length > 0 && needed > Number(present) ? { needed: `2.${needed}`, present: `2.${present}` } : null;
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

function fileName(requirement: string): string {
  return requirement.slice(requirement.lastIndexOf('/') + 1);
}

/** uv's error without what it did before, and without the passwords of addresses. */
function evidenceIn(output: string): readonly string[] {
  const lines = output.split('\n').map((line) => line.trimEnd()).filter((line) => line.trim() !== '');
  const first = lines.findIndex((line) => /^(error|warning: (Invalid|No valid certificates))/.test(line));
  return lines.slice(Math.max(first, 0)).map((line) => line.trim().replace(/\/\/[^/@\s]+@/g, '//…@'));
}
