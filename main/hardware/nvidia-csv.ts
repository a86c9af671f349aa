import { pciIdOfNvidiaSmi } from './pci.ts';
import type { Gpu, GpuProcess } from './model.ts';

/** Fields asked of `nvidia-smi --query-gpu`, in this order. The banner is never read: driver 610 renamed its lines. */
export const gpuFields = [
  'index',
  'uuid',
  'pci.bus_id',
  'name',
  'compute_cap',
  'memory.total',
  'memory.free',
  'mig.mode.current',
  'driver_version',
  'pci.device_id',
] as const;

export type GpuField = (typeof gpuFields)[number];

/** Fields asked of `nvidia-smi --query-compute-apps`, in this order. */
export const processFields = ['pid', 'gpu_uuid', 'used_memory', 'process_name'] as const;

export interface GpuTable {
  readonly gpus: readonly Gpu[];
  readonly driverVersion: string | null;
  readonly warnings: readonly string[];
}

/** What a person sees of an answer that is no table. */
const shownLines = 3;
const shownCharacters = 160;

/** Rows of `--query-gpu=… --format=csv,noheader,nounits`; lines that name no card, and cells that were lost, are told in `warnings`. */
export function parseGpus(csv: string, fields: readonly GpuField[] = gpuFields): GpuTable {
  const noTable = whyNoTable(csv);
  if (noTable !== null) return { gpus: [], driverVersion: null, warnings: [noTable] };
  const gpus: Gpu[] = [];
  let driverVersion: string | null = null;
  const warnings: string[] = [];
  const strangers: string[] = [];
  const rows = lines(csv);
  for (const [position, line] of rows.entries()) {
    const isCut = position === rows.length - 1 && !/\n\s*$/.test(csv);
    const row = readRow(line, fields, isCut);
    if (row === null) {
      strangers.push(line);
      continue;
    }
    gpus.push(row.gpu);
    driverVersion ??= row.driverVersion;
    warnings.push(...row.warnings);
  }
  return { gpus, driverVersion, warnings: [...strangerWarnings(strangers, gpus.length === 0), ...warnings] };
}

/** The lines that name a card, and apart from them what nvidia-smi said beside them. */
export function rowsApart(csv: string, fields: readonly GpuField[]): { readonly rows: string; readonly said: string } {
  const all = csv.split('\n');
  function isRow(line: string): boolean {
    return readRow(line.trim(), fields, false) !== null;
  }
  // A last row without a line end is one that broke off, and must go on looking like it.
  const end = isRow(all.at(-1) ?? '') ? '' : '\n';
  return { rows: `${all.filter(isRow).join('\n')}${end}`, said: all.filter((line) => !isRow(line)).join('\n').trim() };
}

/** Rows of `--query-compute-apps=… --format=csv,noheader,nounits`. `ours` are the process ids of Earshot's own. */
export function parseProcesses(csv: string, ours: ReadonlySet<number> = new Set()): readonly GpuProcess[] {
  return lines(csv).flatMap((line) => {
    const [pid, uuid, used] = cells(line);
    const number = wholeNumber(pid);
    // The last cell is all that is left of the line: a path may have commas.
    const name = /^(?:[^,]*,){3}(.*)$/.exec(line)?.[1]?.trim() ?? '';
    return number === null || uuid === undefined ? [] : [{ pid: number, uuid, usedMiB: wholeNumber(used), name, ours: ours.has(number) }];
  });
}

/** Fields that an older nvidia-smi says it does not know: 'Field "compute_cap" is not a valid field to query.' */
export function unknownFields(answer: string): readonly string[] {
  return [...answer.matchAll(/Field "([\w.]+)" is not a valid field/g)].flatMap(([, field]) => (field === undefined ? [] : [field]));
}

interface Row {
  readonly gpu: Gpu;
  readonly driverVersion: string | null;
  readonly warnings: readonly string[];
}

function readRow(line: string, fields: readonly GpuField[], isCut: boolean): Row | null {
  const all = cells(line);
  const isShort = all.length < fields.length;
  // Where the answer broke off, the last value may be half of one: "40" of 4096.
  const values = isCut && isShort && all.length > 1 ? all.slice(0, -1) : all;
  const raw = new Map(fields.map((field, position): [GpuField, string | undefined] => [field, values[position]]));
  function cell(field: GpuField): string | null {
    return known(raw.get(field));
  }
  const index = wholeNumber(raw.get('index'));
  const busId = cell('pci.bus_id') ?? '';
  const uuid = raw.get('uuid')?.startsWith('GPU-') === true ? cell('uuid') : null;
  if (index === null || (uuid === null && !/^[0-9a-f]+:[0-9a-f]+:/i.test(busId))) return null;
  const name = cell('name') ?? 'NVIDIA GPU';
  const capability = cell('compute_cap') ?? '';
  return {
    gpu: {
      uuid: uuid ?? `pci-${busId}`,
      index,
      busId,
      vendor: 'NVIDIA',
      name,
      computeCapability: /^\d+\.\d+$/.test(capability) ? capability : null,
      memoryMiB: wholeNumber(raw.get('memory.total')),
      freeMiB: wholeNumber(raw.get('memory.free')),
      virtual: false,
      mig: raw.get('mig.mode.current') === 'Enabled',
      deviceNode: null,
      powerState: null,
      pciId: pciIdOfNvidiaSmi(cell('pci.device_id')),
      accessible: null,
    },
    driverVersion: cell('driver_version'),
    warnings: [
      ...(isShort ? [shortRow(`GPU ${index} (${name})`, fields.slice(values.length), isCut)] : []),
      ...errorCells(`GPU ${index} (${name})`, fields, values),
    ],
  };
}

function shortRow(card: string, missing: readonly GpuField[], isCut: boolean): string {
  const what = isCut ? 'nvidia-smi’s answer was cut off' : 'nvidia-smi left values out';
  return `${what} in the row of ${card}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} unknown.`;
}

/** "N/A" is how the driver says that there is no such thing; these are how it says that something is wrong. */
function errorCells(card: string, fields: readonly GpuField[], values: readonly string[]): readonly string[] {
  const byError = new Map<string, GpuField[]>();
  for (const [position, value] of values.entries()) {
    const field = fields[position];
    if (field === undefined || !/^\[?(ERR!|Unknown Error|GPU requires reset|GPU is lost|Insufficient Permissions)\]?$/i.test(value)) continue;
    byError.set(value, [...(byError.get(value) ?? []), field]);
  }
  return [...byError].map(([error, lost]) => {
    const what = `The driver answered “${error}” for ${lost.join(', ')} of ${card}`;
    if (/permission/i.test(error)) return `${what}: this user may not ask for it.`;
    return `${what}: the card does not work properly until the computer is restarted.`;
  });
}

/** An answer that is not the table that was asked for, in words; null when it may be one. */
function whyNoTable(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return 'nvidia-smi ended without an error, but its answer is empty: no card is known from it.';
  if (/^No devices were found/i.test(trimmed)) return 'The NVIDIA driver is running, but it finds no graphics card (nvidia-smi: No devices were found).';
  if (trimmed.startsWith('<')) return `nvidia-smi answered in XML instead of the table it was asked for, so nothing could be read from it. It began: ${clip(trimmed)}`;
  return null;
}

function strangerWarnings(strangers: readonly string[], isAll: boolean): readonly string[] {
  const [first] = strangers;
  if (first === undefined) return [];
  if (isAll && strangers.length > shownLines) {
    return [`nvidia-smi answered with ${strangers.length} lines, none of which names a graphics card. They began: ${clip(first)}`];
  }
  const more = strangers.length - shownLines;
  return [
    ...strangers.slice(0, shownLines).map((line) => `nvidia-smi printed a line that names no GPU: ${clip(line)}`),
    ...(more > 0 ? [`nvidia-smi printed ${more} more lines that name no GPU.`] : []),
  ];
}

export function clip(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}

function lines(csv: string): string[] {
  return csv
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim());
}

/** "N/A", "[N/A]", "[Not Supported]", "ERR!" and "[Unknown Error]" are how the driver says that it does not know. */
function known(cell: string | undefined): string | null {
  return cell === undefined || cell === '' || /^\[.*\]$|^(N\/A|ERR!|Unknown Error|Insufficient Permissions|Not Supported|GPU requires reset)$/i.test(cell) ? null : cell;
}

function wholeNumber(cell: string | undefined): number | null {
  return cell !== undefined && /^\d{1,9}$/.test(cell) ? Number(cell) : null;
}
