import { capabilityOf } from './capability.ts';
import { describe, shown, type Described } from './described.ts';
import { isVirtualAdapter, vendorOf } from './vendor.ts';
import type { Gpu } from './model.ts';

const fields = ['uuid', 'index', 'busId', 'vendor', 'name', 'computeCapability', 'memoryMiB', 'freeMiB', 'virtual', 'mig', 'deviceNode', 'powerState', 'pciId', 'accessible'];

/** What other programs that describe a card do not say; to lack it is nothing to tell. */
const lessKnown = ['pciId', 'accessible'];

/** A setting says “cpu” for the processor, and a plan “external” for what runs elsewhere: neither may be a card. */
const reserved = ['cpu', 'external', ''];

/** The cards of a described machine; of each, a name is enough. */
export function readGpus(values: readonly unknown[], notes: string[]): readonly Gpu[] {
  const taken = new Set<string>();
  return values.map((value, position) => {
    const path = `gpus[${position}]`;
    const gpu = readGpu(value, path, position, notes);
    const isReserved = reserved.includes(gpu.uuid.trim().toLowerCase());
    const wanted = isReserved ? `gpu-${gpu.index}` : gpu.uuid;
    const uuid = taken.has(wanted) ? unused(`${wanted}-again`, taken) : wanted;
    if (uuid !== gpu.uuid) notes.push(`${path}.uuid is ${shown(gpu.uuid)}, ${isReserved ? 'which can name no card' : 'as that of a card before it'}: taken as ${shown(uuid)}.`);
    taken.add(uuid);
    return { ...gpu, uuid };
  });
}

function readGpu(value: unknown, path: string, position: number, notes: string[]): Gpu {
  const gpu = describe(value, path, fields, notes, lessKnown);
  const name = gpu.text('name', 'unknown graphics card');
  const pciId = gpu.textOrNull('pciId');
  const index = gpu.whole('index', position);
  const uuid = gpu.text('uuid', `gpu-${index}`);
  const memoryMiB = gpu.mebibytesOrNull('memoryMiB');
  const found = vendorOf(pciId, name);
  // A card that somebody describes for a plan is one that could compute, unless it says otherwise.
  const vendor = gpu.text('vendor', found === 'unknown' ? 'NVIDIA' : found);
  const read = {
    uuid,
    index,
    busId: gpu.text('busId', ''),
    vendor,
    name,
    computeCapability: readCapability(gpu, /nvidia/i.test(vendor) ? capabilityOf(name, pciId) : null),
    memoryMiB,
    // Left out, nobody uses it; given and absurd, it must not become the most hopeful figure there is.
    freeMiB: gpu.mebibytesOrNull('freeMiB', gpu.raw('freeMiB') === undefined ? memoryMiB : 0),
    virtual: gpu.flag('virtual', isVirtualAdapter(pciId, name)),
    mig: gpu.flag('mig', false),
    deviceNode: gpu.textOrNull('deviceNode'),
    powerState: gpu.textOrNull('powerState'),
    pciId,
    accessible: gpu.flagOrNull('accessible'),
  };
  gpu.finish();
  return read;
}

/** A capability that is missing, or that a driver before 470 did not say, is the table's; null only where nobody knows. */
function readCapability(gpu: Described, known: string | null): string | null {
  const value = gpu.raw('computeCapability');
  if (value === null && known === null) return null;
  if (typeof value === 'string' && /^\d+\.\d+$/.test(value)) return value;
  if (typeof value === 'number' && value > 0 && value < 100) {
    const text = Number.isInteger(value) ? `${value}.0` : String(Math.round(value * 10) / 10);
    gpu.note('computeCapability', `is the number ${value}: taken as "${text}".`);
    return text;
  }
  const fact = value === undefined ? 'is missing' : value === null ? 'is null, as the driver does not say it' : `is ${shown(value)}, not a version such as "8.6"`;
  gpu.note('computeCapability', `${fact}: taken as ${known === null ? 'unknown' : `"${known}", which cards of this name have`}.`);
  return known;
}

function unused(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? unused(`${wanted}-again`, taken) : wanted;
}
