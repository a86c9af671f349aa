import { expect, test } from 'vitest';
import { readHardwareReport } from '../../../main/hardware/read-report.ts';
import type { HardwareReport } from '../../../main/hardware/model.ts';

const full: HardwareReport = {
  os: { platform: 'linux', release: '6.8.0', arch: 'x64', wsl: false, container: false },
  cpu: { model: 'AMD Ryzen 7', cores: 16, flags: ['avx', 'avx2'] },
  memoryMiB: 32768,
  disks: [{ mount: '/', freeMiB: 100_000 }],
  displays: 1,
  power: { onMains: true, percent: 80 },
  gpus: [
    {
      uuid: 'GPU-1',
      index: 0,
      busId: '00000000:01:00.0',
      vendor: 'NVIDIA',
      name: 'NVIDIA GeForce RTX 3060',
      computeCapability: '8.6',
      memoryMiB: 12288,
      freeMiB: 11019,
      virtual: false,
      mig: false,
      deviceNode: '/dev/nvidia0',
      powerState: 'active',
      pciId: '10de:2503',
      accessible: true,
    },
  ],
  toolkit: '12.2',
  driver: { version: '550.90.07', cudaVersion: '12.4' },
  processes: [{ pid: 12, uuid: 'GPU-1', usedMiB: 300, name: 'python', ours: false }],
  ollama: { version: '0.6.5', running: true, models: [{ name: 'a', sizeBytes: 1, sizeVramMiB: null }], url: 'http://127.0.0.1:11434' },
  warnings: ['as it was'],
};

function read(document: unknown): { readonly report: HardwareReport; readonly warnings: readonly string[] } {
  const reading = readHardwareReport(JSON.stringify(document));
  if ('problem' in reading) throw new Error(reading.problem);
  return reading;
}

test('a whole report comes back as it was, without a word', () => {
  expect(read(full)).toEqual({ report: full, warnings: [] });
});

test('of a card a name is enough', () => {
  const { report, warnings } = read({ gpus: [{ name: 'NVIDIA GeForce GTX 1080 Ti' }, {}] });
  expect(report.gpus.map(({ uuid, index, vendor, computeCapability, memoryMiB }) => ({ uuid, index, vendor, computeCapability, memoryMiB }))).toEqual([
    { uuid: 'gpu-0', index: 0, vendor: 'NVIDIA', computeCapability: '6.1', memoryMiB: null },
    { uuid: 'gpu-1', index: 1, vendor: 'NVIDIA', computeCapability: null, memoryMiB: null },
  ]);
  expect(warnings).toEqual(
    expect.arrayContaining([
      'gpus[0].computeCapability is missing: taken as "6.1", which cards of this name have.',
      expect.stringMatching(/^gpus\[0\] lacks index \(taken as 0\), uuid \(taken as "gpu-0"\), memoryMiB/),
      'driver is missing: taken as a machine without an NVIDIA driver.',
    ]),
  );
});

test('what a person writes by hand is understood and named', () => {
  const [gpu] = full.gpus;
  const { report, warnings } = read({ ...full, driver: '535.183.01', toolkit: 12.2, gpus: [{ ...gpu, memoryMiB: '4096 MiB', freeMiB: '3.5 GB', computeCapability: 8.6 }, { ...gpu, index: 1, computeCapability: 9 }] });
  expect({ driver: report.driver, toolkit: report.toolkit, gpus: report.gpus.map(({ uuid, memoryMiB, freeMiB, computeCapability }) => [uuid, memoryMiB, freeMiB, computeCapability]), warnings }).toEqual({
    driver: { version: '535.183.01', cudaVersion: '12.2' },
    toolkit: '12.2',
    gpus: [
      ['GPU-1', 4096, 3584, '8.6'],
      ['GPU-1-again', 12288, 11019, '9.0'],
    ],
    warnings: [
      'gpus[0].memoryMiB is "4096 MiB": taken as 4096 MiB.',
      'gpus[0].computeCapability is the number 8.6: taken as "8.6".',
      'gpus[0].freeMiB is "3.5 GB": taken as 3584 MiB.',
      'gpus[1].computeCapability is the number 9: taken as "9.0".',
      'gpus[1].uuid is "GPU-1", as that of a card before it: taken as "GPU-1-again".',
      'toolkit is the number 12.2: taken as the version "12.2".',
      'driver is "535.183.01": taken as its version.',
    ],
  });
});

test('a capability that the driver did not say is looked up, by the card’s place in the list of chips or by its name', () => {
  const [gpu] = full.gpus;
  const said = { ...gpu, computeCapability: null };
  const { report, warnings } = read({
    ...full,
    gpus: [
      { ...said, name: 'NVIDIA GeForce GTX 1060 6GB', pciId: null },
      { ...said, uuid: 'GPU-2', name: 'NVIDIA Graphics Device', pciId: '10de:1b06' },
      { ...said, uuid: 'GPU-3', name: 'NVIDIA Graphics Device', pciId: '10de:ffff' },
      { ...said, uuid: 'GPU-4', vendor: 'Intel', name: 'Intel Arc Pro A40', pciId: null },
    ],
  });
  expect({ capabilities: report.gpus.map((card) => card.computeCapability), warnings }).toEqual({
    capabilities: ['6.1', '6.1', null, null],
    warnings: [
      'gpus[0].computeCapability is null, as the driver does not say it: taken as "6.1", which cards of this name have.',
      'gpus[1].computeCapability is null, as the driver does not say it: taken as "6.1", which cards of this name have.',
    ],
  });
});

test('a card may not be called what a setting means by another word', () => {
  const [gpu] = full.gpus;
  const { report, warnings } = read({ ...full, gpus: ['cpu', 'external', '', 'gpu-0', ' CPU '].map((uuid, index) => ({ ...gpu, uuid, index: index === 4 ? 0 : index })) });
  expect({ uuids: report.gpus.map(({ uuid }) => uuid), warnings }).toEqual({
    uuids: ['gpu-0', 'gpu-1', 'gpu-2', 'gpu-0-again', 'gpu-0-again-again'],
    warnings: [
      'gpus[0].uuid is "cpu", which can name no card: taken as "gpu-0".',
      'gpus[1].uuid is "external", which can name no card: taken as "gpu-1".',
      'gpus[2].uuid is "", which can name no card: taken as "gpu-2".',
      'gpus[3].uuid is "gpu-0", as that of a card before it: taken as "gpu-0-again".',
      'gpus[4].uuid is " CPU ", which can name no card: taken as "gpu-0-again-again".',
    ],
  });
});

test('a driver’s version without its quotes is one', () => {
  const { report, warnings } = read({ ...full, driver: { version: 550.54, cudaVersion: 12.4 } });
  expect({ driver: report.driver, warnings }).toEqual({
    driver: { version: '550.54', cudaVersion: '12.4' },
    warnings: ['driver.version is the number 550.54: taken as the version "550.54".', 'driver.cudaVersion is the number 12.4: taken as the version "12.4".'],
  });
});

test('wrong types and unknown fields are named by their path', () => {
  const [gpu] = full.gpus;
  const { report, warnings } = read({ ...full, extra: 1, memoryMiB: 'lots', gpus: [{ ...gpu, mig: 'yes', colour: 'black' }], processes: 'none' });
  expect({ memoryMiB: report.memoryMiB, mig: report.gpus[0]?.mig, processes: report.processes, said: report.warnings, warnings }).toEqual({
    memoryMiB: 8192,
    mig: false,
    processes: [],
    said: ['as it was', ...warnings],
    warnings: [
      'gpus[0].mig is "yes", not true or false: taken as false.',
      'gpus[0].colour is no field that Earshot knows: left out.',
      'memoryMiB is "lots", not a size in MiB: taken as 8192.',
      'processes is "none", not a list: taken as an empty one.',
      'extra is no field that Earshot knows: left out.',
    ],
  });
});

test.each([
  ['', /not JSON/],
  ['{"os":', /not JSON/],
  ['[]', /is \[\], not an object/],
  ['null', /is null, not an object/],
  ['"text"', /is "text", not an object/],
])('“%s” is a problem and no crash', (text, problem) => {
  expect(readHardwareReport(text)).toEqual({ problem: expect.stringMatching(problem) as string });
});

test('a file that begins with a byte order mark is read', () => {
  expect(readHardwareReport(`\uFEFF${JSON.stringify(full)}`)).toEqual({ report: full, warnings: [] });
});

type Path = readonly (string | number)[];

/** Every place in a document. */
function paths(value: unknown, here: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...here, Array.isArray(value) ? Number(key) : key]))];
}

/** A copy of `document` with what is at `path` replaced; undefined removes it. */
function changed(document: unknown, path: Path, replacement: unknown): unknown {
  const copy: unknown = structuredClone(document);
  const last = path.at(-1);
  if (last === undefined) return replacement;
  const owner = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], copy) as Record<string | number, unknown>;
  owner[last] = replacement;
  return copy;
}

test('any one part of a report may be missing or anything at all: it is read, its types hold, and the change is named', () => {
  const replacements = [undefined, null, 0, -1, 1.5, 1e300, '', 'text', '4096 MiB', true, [], [null], [[]], {}, { __proto__: null, a: { b: [] } }];
  const silent: string[] = [];
  for (const path of paths(full)) {
    for (const replacement of replacements) {
      // Of undefined, JSON makes no text.
      const text = JSON.stringify(changed(full, path, replacement)) as string | undefined;
      const reading = readHardwareReport(text ?? '');
      if ('problem' in reading) {
        expect(path).toEqual([]);
        continue;
      }
      // What comes out is a whole report: read again, nothing is left to say.
      const again = readHardwareReport(JSON.stringify(reading.report));
      expect(again).toEqual({ report: reading.report, warnings: [] });
      if (replacement === undefined && reading.warnings.length === 0) silent.push(path.join('.'));
    }
  }
  // A driver's CUDA version follows from its version; the rest only our own probe tells.
  expect(silent).toEqual([
    'disks', 'displays', 'power', 'gpus.0.pciId', 'gpus.0.accessible', 'driver.cudaVersion', 'processes.0.ours', 'ollama.models.0.sizeBytes', 'ollama.models.0.sizeVramMiB', 'ollama.url',
  ]);
});
