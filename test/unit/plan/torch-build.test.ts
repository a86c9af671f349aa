import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { kernelsFor } from '../../../main/plan/build-judgement.ts';
import { kernelFit } from '../../../main/plan/kernels.ts';
import { chooseTorchBuild, type BuildChoice } from '../../../main/plan/torch-build.ts';
import { compareVersions } from '../../../main/platform/versions.ts';
import { card, gtx1080Ti, machine, rtx3050, rtx3060, rtx5090, v100 } from './cards.ts';

/** What each build asks of a driver, written down a second time: NVIDIA's table of minor version compatibility. */
const floors: Readonly<Record<string, { readonly linux: string; readonly windows: string }>> = {
  cu118: { linux: '450.80.02', windows: '452.39' },
  cu121: { linux: '525.60.13', windows: '528.33' },
  cu124: { linux: '525.60.13', windows: '528.33' },
  cu126: { linux: '525.60.13', windows: '528.33' },
  cu128: { linux: '525.60.13', windows: '528.33' },
  cu129: { linux: '525.60.13', windows: '528.33' },
  cu130: { linux: '580', windows: '580' },
  cu132: { linux: '580', windows: '580' },
};

const drivers = ['418.56', '450.80.02', '470.256', '525.60.13', '535.183.01', '550.54.15', '570.86.10', '580.65.06', '610.12'];
const capabilities = ['5.0', '5.2', '6.0', '6.1', '7.0', '7.5', '8.0', '8.6', '8.9', '9.0', '10.0', '12.0'];

/** A row a driver, a column a capability: the table to read when somebody asks what Earshot installs where. */
function table(platform: 'linux' | 'win32'): Record<string, string> {
  return Object.fromEntries(
    drivers.map((driver) => {
      const cells = capabilities.map((capability) => chooseTorchBuild([card('card', capability)], machine(driver, [], { platform }), catalogue).id);
      return [driver, cells.join(' ')];
    }),
  );
}

test('every driver and every generation of cards gets the build that runs, on Linux', () => {
  const twelve = 'cu126 cu126 cu126 cu126 cu126 cu128 cu128 cu128 cu128 cu128';
  expect(table('linux')).toEqual({
    '418.56': 'cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu',
    '450.80.02': 'cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cpu cpu',
    '470.256': 'cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cpu cpu',
    '525.60.13': `${twelve} cpu cpu`,
    '535.183.01': `${twelve} cpu cpu`,
    '550.54.15': `${twelve} cpu cpu`,
    '570.86.10': `${twelve} cu128 cu128`,
    '580.65.06': `${twelve} cu128 cu128`,
    '610.12': `${twelve} cu128 cu128`,
  });
});

test('every driver and every generation of cards gets the build that runs, on Windows', () => {
  const twelve = 'cu126 cu126 cu126 cu126 cu126 cu128 cu128 cu128 cu128 cu128';
  expect(table('win32')).toMatchObject({
    '450.80.02': 'cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu cpu',
    '525.60.13': 'cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cu118 cpu cpu',
    '535.183.01': `${twelve} cpu cpu`,
    '610.12': `${twelve} cu128 cu128`,
  });
});

/** Whether the build really has programs for the card and the driver for both. */
function runs(choice: BuildChoice, capability: string, driver: string, os: Parameters<typeof kernelsFor>[1]): boolean {
  const release = catalogue.torchBuilds.find((build) => build.id === choice.id)?.releases.find((one) => one.torch === choice.torch);
  const floor = floors[choice.id]?.[os.platform === 'win32' || os.wsl ? 'windows' : 'linux'];
  if (release === undefined || floor === undefined) return false;
  return kernelFit(kernelsFor(release, os) ?? [], capability) !== 'none' && compareVersions(driver, floor) >= 0;
}

test('no chosen build lacks programs for a card or asks for a newer driver, whatever the machine, the wish and the limit', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...capabilities, '3.7', '8.7', '12.1', '13.0'), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...drivers, '528.33', '', 'N/A', '550.54.15-grid'),
      fc.record({ platform: fc.constantFrom('linux' as const, 'win32' as const), wsl: fc.boolean(), arch: fc.constantFrom('x64', 'arm64') }),
      fc.record({ overrideId: fc.constantFrom(null, 'cpu', 'cu999', '', ...Object.keys(floors), '2.5.1+cu124') }),
      (wanted, driver, os, limits) => {
        const hardware = machine(driver, wanted.map((capability) => card(`card ${capability}`, capability)), os);
        const choice = chooseTorchBuild(hardware.gpus, hardware, catalogue, limits);
        const others = catalogue.torchBuilds.map((build) => build.id).filter((id) => id !== choice.id);
        expect(choice.rejected.map((build) => build.id)).toEqual(others);
        expect([choice.reason, ...choice.rejected.map((build) => build.reason)].filter((reason) => !/^\w.*\.$/.test(reason))).toEqual([]);
        expect(choice.id === 'cpu' || wanted.every((capability) => runs(choice, capability, driver, hardware.os))).toBe(true);
        expect(compareVersions(choice.torch, '2.9.1')).toBeLessThanOrEqual(0);
      },
    ),
    { numRuns: 500 },
  );
});

test('an RTX 3050 laptop with driver 535 gets cu128, and cu121 and cu124 remain on offer', () => {
  const { id, torch, reason, rejected, alternatives } = chooseTorchBuild([rtx3050], machine('535.183.01', [rtx3050]), catalogue);
  expect({ id, torch, reason, alternatives }).toEqual({
    id: 'cu128',
    torch: '2.9.1',
    reason: 'cu128 with torch 2.9.1 has programs for the GeForce RTX 3050 Laptop GPU (Ampere) that work with driver 535.183.01 and the engines; of the builds that do, it is the newest that is stable.',
    alternatives: ['cu129', 'cu126', 'cu124', 'cu121', 'cu118'],
  });
  expect(Object.fromEntries(rejected.map((build) => [build.id, build.reason]))).toEqual({
    cu132: 'cu132 comes only with a torch that the engines cannot use: they take 2.9.1 at most.',
    cu130: 'cu130 needs the NVIDIA driver 580 or newer; this machine has 535.183.01.',
    cu129: 'cu129 would run, but its makers still call it experimental.',
    cu126: 'cu126 would run as well; cu128 is preferred.',
    cu124: 'cu124 would run as well; cu128 is preferred.',
    cu121: 'cu121 would run as well; cu128 is preferred.',
    cu118: 'cu118 would run, but the other engines need libraries of CUDA 12 beside it.',
    cpu: 'cpu would run, but leaves the graphics card idle.',
  });
});

test('a server pinned to CUDA 12.4 keeps it, with the torch it names', () => {
  const hardware = machine('550.54.15', [rtx3060]);
  const choices = ['cu124', '2.5.1+cu124'].map((overrideId) => chooseTorchBuild([rtx3060], hardware, catalogue, { overrideId }));
  expect(choices.map(({ id, torch, reason }) => ({ id, torch, reason }))).toEqual([
    { id: 'cu124', torch: '2.5.1', reason: 'cu124 with torch 2.5.1 runs here, and is taken as asked.' },
    { id: 'cu124', torch: '2.5.1', reason: 'cu124 with torch 2.5.1 runs here, and is taken as asked.' },
  ]);
});

test.each([
  ['cu130', 'cu130 needs the NVIDIA driver 580 or newer; this machine has 550.54.15. So it is not taken, though it is asked for.'],
  ['cu132', 'cu132 comes only with a torch that the engines cannot use: they take 2.9.1 at most. So it is not taken, though it is asked for.'],
  ['2.0.0+cu124', 'cu124 has no torch 2.0.0, though it is asked for.'],
  ['cu999', 'There is no build cu999, though it is asked for.'],
  ['../../etc', 'There is no build ../../etc, though it is asked for.'],
])('a wish that cannot be is refused with a reason and the usual build taken: %s', (overrideId, refusal) => {
  const choice = chooseTorchBuild([rtx3060], machine('550.54.15', [rtx3060]), catalogue, { overrideId });
  expect([choice.id, choice.reason.startsWith(`${refusal} cu128 with torch 2.9.1 has programs`)]).toEqual(['cu128', true]);
});

test('whoever asks for the processor gets it', () => {
  const { id, reason } = chooseTorchBuild([rtx3060], machine('550.54.15', [rtx3060]), catalogue, { overrideId: 'cpu' });
  expect({ id, reason }).toEqual({ id: 'cpu', reason: 'torch on the processor runs on every computer, and is taken as asked.' });
});

test('the processor is chosen with the reason that fits', () => {
  const reasons = [
    chooseTorchBuild([], machine(null, []), catalogue),
    chooseTorchBuild([], machine(null, [rtx3060]), catalogue),
    chooseTorchBuild([rtx3060], machine('[N/A]', [rtx3060]), catalogue),
    chooseTorchBuild([rtx3060], machine('418.56', [rtx3060]), catalogue),
    chooseTorchBuild([], machine('550.54.15', [rtx3060]), catalogue),
    chooseTorchBuild([gtx1080Ti, rtx5090], machine('580.65.06', [gtx1080Ti, rtx5090]), catalogue),
  ].map(({ id, reason }) => `${id}: ${reason}`);
  expect(reasons).toEqual([
    'cpu: No graphics card is used, so torch runs on the processor.',
    'cpu: There is no NVIDIA driver for the GeForce RTX 3060 (Ampere), so torch runs on the processor.',
    'cpu: The NVIDIA driver does not say which version it is, so torch runs on the processor.',
    'cpu: No build has programs for the GeForce RTX 3060 (Ampere) that work with driver 418.56, so torch runs on the processor.',
    'cpu: No graphics card is used, so torch runs on the processor.',
    'cpu: No one build has programs for all of GeForce GTX 1080 Ti (Pascal) and GeForce RTX 5090 (Blackwell) that work with driver 580.65.06; each card needs one of its own.',
  ]);
});

test('the owner of an old card is told of missing programs, never of a newer driver', () => {
  const { rejected } = chooseTorchBuild([gtx1080Ti], machine('535.183.01', [gtx1080Ti]), catalogue);
  expect(rejected.filter((build) => build.reason.includes('driver'))).toEqual([]);
  expect(rejected[0]).toEqual({ id: 'cu132', reason: 'cu132 has no programs for the GeForce GTX 1080 Ti (Pascal).' });
});

test('a build that is about to drop a card is not the one to choose for it', () => {
  const { id, rejected } = chooseTorchBuild([v100], machine('535.183.01', [v100]), catalogue);
  expect([id, rejected.find((build) => build.id === 'cu128')?.reason]).toEqual([
    'cu126',
    'cu128 would run, but its later releases have dropped the Tesla V100-SXM2-16GB (Volta).',
  ]);
});

test('two cards of different generations that one build carries share it', () => {
  const { id, torch } = chooseTorchBuild([gtx1080Ti, rtx3060], machine('550.54.15', [gtx1080Ti, rtx3060]), catalogue);
  expect({ id, torch }).toEqual({ id: 'cu126', torch: '2.7.1' });
});

test.each([
  ['an old card', gtx1080Ti, '535.183.01', 'of the builds that do, it is the newest. torch 2.7.1 is its newest that comes from the usual package index.'],
  ['a card that is being dropped', v100, '535.183.01', 'of the builds that do, it is the newest that is stable and goes on having them in its later releases. torch 2.7.1 is its newest that comes from the usual package index.'],
  ['a driver too old for every other build', rtx3060, '470.256', 'no other build does.'],
  ['a driver for all of CUDA 12 and 13', rtx3060, '580.65.06', 'of the builds that do, it is the newest that is stable.'],
])('%s: what decided is said as it was', (_, gpu, driver, decided) => {
  expect(chooseTorchBuild([gpu], machine(driver, [gpu]), catalogue).reason.split('and the engines; ')[1]).toBe(decided);
});

test('a build that is passed over for its CUDA 13 is told apart from an unfinished one', () => {
  const { id, reason } = chooseTorchBuild([rtx3060], machine('580.65.06', [rtx3060]), catalogue, { maximumTorch: '2.15.0' });
  expect([id, reason.split('and the engines; ')[1]]).toEqual([
    'cu128',
    'of the builds that do, it is the newest that is stable and shares the libraries of CUDA 12 with the other engines. torch 2.10.0 is its newest that comes from the usual package index.',
  ]);
});

test('a card later than every program gets the newest libraries, by portable code alone', () => {
  const unborn = card('GeForce RTX 9090', '15.0');
  const builds = (['linux', 'win32'] as const).map((platform) => chooseTorchBuild([unborn], machine('640.10', [unborn], { platform }), catalogue));
  expect(builds.map(({ id, torch, reason }) => ({ id, torch, reason }))).toEqual([
    {
      id: 'cu130',
      torch: '2.9.1',
      reason: 'cu130 with torch 2.9.1 has programs for the GeForce RTX 9090 (later than Blackwell) that work with driver 640.10 and the engines; of the builds that do, it is the newest.',
    },
    { id: 'cpu', torch: '2.9.1', reason: 'No build has programs for the GeForce RTX 9090 (later than Blackwell) that work with driver 640.10, so torch runs on the processor.' },
  ]);
});

test('inside WSL2 the driver is called that of Windows', () => {
  const { rejected } = chooseTorchBuild([rtx3060], machine('560.10', [rtx3060], { wsl: true }), catalogue);
  expect(rejected.find(({ id }) => id === 'cu130')?.reason).toBe('cu130 needs the NVIDIA driver 580 or newer; the Windows around this Linux has 560.10.');
});

test('inside WSL2 the driver counts as the Windows one it is, the programs as Linux ones', () => {
  const wsl = { wsl: true } as const;
  const ids = ['526.98', '528.33'].map((driver) => chooseTorchBuild([rtx3060], machine(driver, [rtx3060], wsl), catalogue).id);
  const linux = chooseTorchBuild([rtx3060], machine('526.98', [rtx3060]), catalogue).id;
  expect([...ids, linux]).toEqual(['cu118', 'cu128', 'cu128']);
});

test('a newer limit of the engines lets newer torch in, and CUDA 12 still goes first', () => {
  const hardware = machine('580.65.06', [rtx3060]);
  const { id, torch } = chooseTorchBuild([rtx3060], hardware, catalogue, { maximumTorch: '2.15.0' });
  expect({ id, torch }).toEqual({ id: 'cu128', torch: '2.10.0' });
});

test('processors of the ARM family get the builds made for them', () => {
  const h100 = card('H100', '9.0');
  const hardware = machine('570.86.10', [h100], { arch: 'arm64' });
  const { id, torch, rejected } = chooseTorchBuild([h100], hardware, catalogue);
  expect([id, torch, rejected.find((build) => build.id === 'cu124')?.reason]).toEqual(['cu126', '2.9.1', 'cu124 is not made for this kind of processor (arm64).']);
});
