import { plannedService } from '../../../../../main/plan/model.ts';
import { adapter, allOnCpu, because, card, foreign, linux, uuidOf, type Machine } from '../machine.ts';
import { said } from '../promises.ts';

/** The machines of the field reports this planner came from, and their nearest neighbours. */

const rtx3050laptop = linux([card('rtx3050laptop', { freeMiB: 3720 }), adapter('AMD', 'Cezanne [Radeon Vega Series]', { deviceNode: null }, 1)], {
  driver: '535.183.01',
  toolkit: '12.2',
  power: { onMains: true, percent: 96 },
});

const cuda124server = linux([card('a10')], {
  driver: '550.54.14',
  toolkit: '12.4',
  displays: 0,
  cpu: { model: 'Intel Xeon Silver 4314', cores: 16, flags: ['avx', 'avx2', 'avx512f'] },
  memoryMiB: 64_000,
  os: { container: true },
});

const judge = linux(
  [card('rtx3060', { freeMiB: 5890 }), card('gtx1080ti', { freeMiB: 11_150 }, 1)],
  { driver: '550.163.01', memoryMiB: 64_000, processes: [foreign('VLLM::EngineCore', 6246)] },
);

/** Canary-1B holds 3.37 GB; the driver and the screen take their own share. */
const residentStt = linux([card('rtxA1000laptop', { freeMiB: 520 })], {
  driver: '550.120',
  power: { onMains: true, percent: 80 },
  processes: [foreign('python3 swictationd.py', 3451)],
});

const cloudPod = linux([card('rtxA6000', { deviceNode: '/dev/nvidia8', freeMiB: 48_600 })], {
  driver: '550.127.05',
  os: { container: true },
  displays: 0,
  cpu: { model: 'AMD EPYC 7713', cores: 16, flags: ['avx', 'avx2'] },
  memoryMiB: 120_000,
});

export const seeds: readonly Machine[] = [
  {
    name: 'an RTX 3050 laptop with driver 535 and toolkit 12.2 gets a current build, is offered cu121, and the toolkit is no gate',
    hardware: rtx3050laptop,
    expected: {
      builds: ['cu126', 'cu128'],
      used: [uuidOf(0)],
      devices: { turn: 'cpu' },
      says: [/toolkit.*12\.2|12\.2.*toolkit/i, /cu121/],
      reasons: { 'PCI-0000:01:02.0': /NVIDIA|AMD/ },
      wrong: ({ plan }) => {
        const planned = plan.vram.find((entry) => entry.uuid === uuidOf(0))?.plannedMiB ?? 0;
        return [
          ...said(planned > 0 && planned <= 0.8 * 4096, `${planned} MiB planned on a card of 4096`),
          ...said(planned <= 3720, `${planned} MiB planned where 3720 are free`),
          ...said(plan.notes.some((note) => note.includes('cu121') && /offer|choose|may|can|available|instead|also/i.test(note)), 'cu121 is not offered'),
          ...said(!plan.notes.some((note) => /(install|upgrade|update)[^.]*toolkit/i.test(note)), 'a toolkit is asked for'),
        ];
      },
    },
  },
  {
    name: 'the RTX 3050 laptop whose owner takes the offer runs cu121',
    hardware: rtx3050laptop,
    settings: { overrides: { torchBuild: { id: 'cu121', since: '2025-08-31', reason: 'matches my toolkit' } } },
    expected: {
      builds: ['cu121'],
      says: [/cu121/],
      // cu121 was built for torch 2.1 to 2.5.
      wrong: ({ plan }) => said(/^2\.[1-5]\.\d$/.test(plan.torchBuild.torch), `torch ${plan.torchBuild.torch} was never built for cu121`),
    },
  },
  {
    name: 'the CUDA 12.4 server whose owner pinned torch 2.5.1 keeps it',
    hardware: cuda124server,
    settings: { overrides: { torchBuild: { id: 'cu124', since: '2025-10-27', reason: 'torch 2.5.1 is pinned for csm-streaming' } } },
    expected: { builds: ['cu124'], torch: '2.5.1', used: [uuidOf(0)], devices: { turn: 'cpu' }, says: [/cu124/] },
  },
  {
    name: 'the CUDA 12.4 server without its pin gets a current build, and cu124 stays offered',
    hardware: cuda124server,
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)], says: [/cu124/, /12\.4/] },
  },
  {
    name: 'an RTX 3060 beside a GTX 1080 Ti is used around a vLLM server of 6.1 GiB, and the Pascal card is left out by name',
    hardware: judge,
    expected: {
      builds: ['cu126', 'cu128'],
      used: [uuidOf(0)],
      unused: [uuidOf(1)],
      devices: { turn: 'cpu' },
      reasons: { [uuidOf(1)]: /Pascal/ },
      says: [/vllm/i, /6[.,]1\s?G|6,?246\s?M/],
      wrong: ({ plan }) => {
        const entry = plan.vram.find((one) => one.uuid === uuidOf(0));
        return [
          ...said((entry?.plannedMiB ?? 0) <= 5890, `${String(entry?.plannedMiB)} MiB planned where 5890 are free`),
          ...said(!plan.services.some((service) => service.device === uuidOf(1)), 'a service is on the GTX 1080 Ti'),
        ];
      },
    },
  },
  {
    name: 'the GTX 1080 Ti its owner forces on may be used beside the RTX 3060, from an environment that still has its code',
    hardware: judge,
    settings: {
      overrides: {
        gpus: { [uuidOf(1)]: { use: true, ...because } },
        services: { stt: { device: uuidOf(1), ...because } },
      },
    },
    expected: { devices: { stt: uuidOf(1), turn: 'cpu' }, builds: ['cu126', 'cu128'] },
  },
  {
    name: 'an RTX A1000 of 4 GB with a foreign speech recogniser of 3.4 GiB resident keeps our services off it',
    hardware: residentStt,
    expected: {
      builds: ['cu126', 'cu128'],
      devices: { ...allOnCpu },
      used: [],
      says: [/swictationd/, /3[.,][34]\s?G|3,?451\s?M/],
      wrong: ({ plan }) => said(plan.vram.every((entry) => entry.plannedMiB <= 520), 'more is planned than is left'),
    },
  },
  {
    name: 'the RTX A1000 whose resident speech recogniser is our own plans with the memory it gives back',
    hardware: { ...residentStt, processes: [foreign('python3', 3451, { ours: true })] },
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)], devices: { turn: 'cpu' }, neverSays: [/python3/] },
  },
  {
    name: 'a cloud pod whose only device is /dev/nvidia8 uses its RTX A6000, by uuid',
    hardware: cloudPod,
    expected: {
      builds: ['cu126', 'cu128'],
      used: [uuidOf(0)],
      devices: { turn: 'cpu' },
      wrong: ({ plan }) => [
        ...said(plan.services.every(({ device }) => ['cpu', uuidOf(0)].includes(device)), 'a device that is neither the CPU nor a uuid'),
        ...said(plannedService(plan, 'stt').device === uuidOf(0), 'speech recognition is not on a card of 48 GB'),
        ...said((plan.vram[0]?.budgetMiB ?? 0) > 30_000, 'the budget of a card of 48 GB that is free is small'),
      ],
    },
  },
];
