import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError, type Fault } from '../../platform/fault.ts';
import { indexOf, partsByIndex, readLock, requirementsIn, type LockedPackage, type PythonVersions, type TorchRelease, type WheelIndex } from '../lock.ts';
import { uvFault } from '../uv-fault.ts';
import { resolvedFor } from './lock-files.ts';
import type { ToolResult } from './run-tool.ts';
import type { UvRunner } from './uv.ts';

export interface ResolveOptions {
  readonly uv: UvRunner;
  /** Text of torch.in. */
  readonly requirements: string;
  /** Where it works; nothing else is in there. */
  readonly folder: string;
  /** Builds whose locks came with Earshot, to name when this one cannot be had. */
  readonly others: readonly string[];
  /** Indexes that the settings name. */
  readonly namedIndexes: readonly string[];
  readonly indexArguments: (index: WheelIndex) => readonly string[];
  readonly signal?: AbortSignal;
}

export interface Resolved {
  readonly parts: Readonly<Record<WheelIndex, string>>;
  readonly pythonVersions: PythonVersions;
}

/**
 * Finds out what belongs to a build of torch that PyTorch's own index has. Asked for torch alone, that index names the
 * libraries of the build; then everything is resolved together, each of these from there and nothing else from there.
 */
export async function resolveTorch(torch: TorchRelease, options: ResolveOptions): Promise<Resolved> {
  const { folder, indexArguments } = options;
  const wanted = join(folder, 'torch.in');
  await writeFile(wanted, `torch==${torch.version}\ntorchaudio==${torch.version}\n`);
  const alone = await compile(options, resolvedFor, [...indexArguments('pytorch'), wanted]);
  if (!alone.ok) throw new FaultError(unresolved(torch, alone.lastLines, options));
  const ofTorch = readLock(alone.stdout).filter(({ name }) => indexOf(name) === 'pytorch');

  const together = join(folder, 'pyproject.toml');
  const torchAddress = indexArguments('pytorch').at(-1) ?? '';
  await writeFile(together, projectFile(requirementsIn(options.requirements), ofTorch, torchAddress));
  const whole = await compile(options, resolvedFor, ['--generate-hashes', ...indexArguments('default'), together]);
  if (!whole.ok) throw new FaultError(unresolved(torch, whole.lastLines, options));
  const pinned = readLock(whole.stdout);
  const strayed = pinned.filter(({ name }) => indexOf(name) === 'pytorch' && !ofTorch.some((known) => known.name === name));
  if (strayed.length > 0) throw new FaultError(unexpected(torch, strayed));
  const later = await laterPythons(pinned, [...indexArguments('default'), together], options);
  return { parts: partsByIndex(whole.stdout), pythonVersions: [resolvedFor, ...later] };
}

/** A Python is served when every pin has a wheel for it and nothing beside the pins is wanted. */
async function laterPythons(pinned: readonly LockedPackage[], args: readonly string[], options: ResolveOptions): Promise<readonly string[]> {
  const pins = join(options.folder, 'pins.txt');
  await writeFile(pins, pinned.map(({ name, version }) => `${name}==${version}\n`).join(''));
  const answers = ['3.12', '3.13'].map(async (version) => {
    const result = await compile(options, version, ['--constraints', pins, ...args]);
    return result.ok && readLock(result.stdout).every(({ name }) => pinned.some((known) => known.name === name)) ? [version] : [];
  });
  return (await Promise.all(answers)).flat();
}

async function compile({ uv, signal }: ResolveOptions, pythonVersion: string, args: readonly string[]): Promise<ToolResult> {
  const always = ['pip', 'compile', '--no-header', '--no-annotate', '--only-binary', ':all:', '--python-version', pythonVersion];
  const result = await uv.run([...always, ...args], signal === undefined ? {} : { signal });
  signal?.throwIfAborted();
  return result;
}

function unresolved(torch: TorchRelease, output: string, { others, namedIndexes }: ResolveOptions): Fault {
  const fault = uvFault(`PyTorch ${torch.version} (${torch.build})`, output, { build: torch.build, namedIndexes });
  if (fault.id !== 'no-matching-wheel' || others.length === 0) return fault;
  const choice = `These builds come from the usual package index: ${others.join(', ')}. One of them can be chosen instead.`;
  return { ...fault, cure: fault.cure === undefined ? choice : `${fault.cure} ${choice}` };
}

/** uv takes a package from an index that is marked explicit only where it is told so by name, and from there only. */
function projectFile(requirements: readonly string[], ofTorch: readonly LockedPackage[], torchAddress: string): string {
  const dependencies = [...requirements, ...ofTorch.map(({ name, version }) => `${name}==${version}`)];
  const sources = ofTorch.map(({ name }) => `${name} = { index = "pytorch" }`);
  return [
    '[project]',
    'name = "earshot-torch"',
    'version = "0"',
    `requires-python = ">=${resolvedFor}"`,
    `dependencies = ${JSON.stringify(dependencies)}`,
    '[[tool.uv.index]]',
    'name = "pytorch"',
    `url = ${JSON.stringify(torchAddress)}`,
    'explicit = true',
    '[tool.uv.sources]',
    ...sources,
    '',
  ].join('\n');
}

function unexpected(torch: TorchRelease, strayed: readonly LockedPackage[]): Fault {
  return {
    id: 'no-matching-wheel',
    title: `PyTorch ${torch.version} (${torch.build}) was not taken: parts of it would have come from somewhere else.`,
    detail: `Only the usual package index has ${strayed.map(({ name }) => name).join(', ')}.`,
    cure: 'Choose another build, or name another place for PyTorch in the settings.',
  };
}
