import { adapter, card, linux, uuidOf, windows, type Machine } from '../machine.ts';
import { said } from '../promises.ts';

const newer = uuidOf(0);
const older = uuidOf(1);
const big = { memoryMiB: 120_000, cpu: { model: 'AMD EPYC 7713', cores: 64, flags: ['avx', 'avx2'] } };

/** Machines with more than one card: a card of an old generation beside a newer one is left out and told why. */
export const severalCards: readonly Machine[] = [
  ...(['550.163.01', '570.172.08', '580.95.05'] as const).map((driver) => ({
    name: `an RTX 3060 beside a GTX 1080 Ti, driver ${driver}`,
    hardware: linux([card('rtx3060'), card('gtx1080ti', {}, 1)], { driver }),
    expected: { builds: ['cu126', 'cu128'], used: [newer], reasons: { [older]: /Pascal/ } },
  })),
  {
    name: 'the GTX 1080 Ti is left out also where it comes first',
    hardware: linux([card('gtx1080ti'), card('rtx3060', {}, 1)], { driver: '570.172.08' }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(1)], reasons: { [uuidOf(0)]: /Pascal/ } },
  },
  ...(['570.172.08', '580.95.05'] as const).map((driver) => ({
    name: `an RTX 5090 beside a GTX 1080 Ti, driver ${driver}`,
    hardware: linux([card('rtx5090'), card('gtx1080ti', {}, 1)], { driver }),
    expected: { builds: ['cu128', 'cu130'], used: [newer], reasons: { [older]: /Pascal/ } },
  })),
  {
    name: 'an RTX 5090 beside a GTX 1080 Ti on Windows',
    hardware: windows([card('rtx5090'), card('gtx1080ti', {}, 1)], { driver: '576.02' }),
    expected: { builds: ['cu128', 'cu130'], used: [newer], reasons: { [older]: /Pascal/ } },
  },
  {
    name: 'an RTX 3060 beside a GTX 1080 Ti with driver 470 gets cu118, the one build that runs there',
    hardware: linux([card('rtx3060'), card('gtx1080ti', {}, 1)], { driver: '470.256.02' }),
    expected: { builds: ['cu118'], unused: [older], reasons: { [older]: /Pascal/ } },
  },
  {
    name: 'a GTX 1660 beside a GTX 1060 is Turing and stays, the other is Pascal and goes',
    hardware: linux([card('gtx1660'), card('gtx1060', {}, 1)], { driver: '550.163.01' }),
    expected: { builds: ['cu126', 'cu128'], used: [newer], reasons: { [older]: /Pascal/ } },
  },
  {
    name: 'a V100 beside an A100 is Volta and is left out',
    hardware: linux([card('a100'), card('v100', {}, 1)], { driver: '550.163.01', ...big }),
    expected: { builds: ['cu126', 'cu128'], used: [newer], reasons: { [older]: /Volta/ } },
  },
  {
    name: 'a GTX 970 beside an RTX 2060 is Maxwell and is left out',
    hardware: linux([card('rtx2060'), card('gtx970', {}, 1)], { driver: '580.95.05' }),
    expected: { builds: ['cu126', 'cu128'], used: [newer], reasons: { [older]: /Maxwell/ } },
  },
  {
    name: 'a GTX 780 beside an RTX 3060 is left out',
    hardware: linux([card('rtx3060'), card('gtx780', {}, 1)], { driver: '470.256.02' }),
    expected: { builds: ['cu118'], unused: [older] },
  },
  {
    name: 'two Pascal cards with nothing newer beside them are kept with a build that carries them',
    hardware: linux([card('p40'), card('p40', {}, 1)], { driver: '550.163.01' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a GTX 1060 and a GTX 970 are both old: cu126 carries both',
    hardware: linux([card('gtx1060'), card('gtx970', {}, 1)], { driver: '580.95.05' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'an RTX 3090 and an RTX 3060',
    hardware: linux([card('rtx3090'), card('rtx3060', {}, 1)], { driver: '550.163.01' }),
    expected: { builds: ['cu126', 'cu128'], usesSome: true },
  },
  {
    name: 'two RTX 3090',
    hardware: linux([card('rtx3090'), card('rtx3090', {}, 1)], { driver: '535.183.01' }),
    expected: { builds: ['cu126', 'cu128'], usesSome: true },
  },
  {
    name: 'an RTX 4090 and an RTX 5090 get a build that carries both',
    hardware: linux([card('rtx4090'), card('rtx5090', {}, 1)], { driver: '580.95.05' }),
    expected: { builds: ['cu128', 'cu130'], usesSome: true },
  },
  {
    name: 'an RTX 3050 laptop card and an RTX 5090 in a box beside it get a build that carries both',
    hardware: linux([card('rtx3050laptop'), card('rtx5090', {}, 1)], { driver: '570.172.08' }),
    expected: { builds: ['cu128'], usesSome: true },
  },
  {
    name: 'a T4 and an L4',
    hardware: linux([card('t4'), card('l4', {}, 1)], { driver: '535.183.01', ...big }),
    expected: { builds: ['cu126', 'cu128'], usesSome: true },
  },
  {
    name: 'eight A100: those nobody needs are left alone and say so',
    hardware: linux(Array.from({ length: 8 }, (_none, slot) => card('a100', {}, slot)), { driver: '550.163.01', ...big }),
    expected: {
      builds: ['cu126', 'cu128'],
      usesSome: true,
      wrong: ({ plan }) => [
        ...said(plan.gpus.some((gpu) => !gpu.use), 'eight cards for three services'),
        ...plan.gpus.filter((gpu) => !gpu.use).flatMap((gpu) => said(/alone|not needed|nothing|nobody|no service|needs it|unused|free/i.test(gpu.reason), `"${gpu.reason}" does not say that it is left alone`)),
      ],
    },
  },
  {
    name: 'of eight A100 seven are full of others: the free one is used',
    hardware: linux(Array.from({ length: 8 }, (_none, slot) => card('a100', slot === 5 ? {} : { freeMiB: 900 }, slot)), { driver: '550.163.01', ...big }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(5)] },
  },
  {
    name: 'four P100 and four V100 are all old: cu126 carries what may be used',
    hardware: linux(Array.from({ length: 8 }, (_none, slot) => card(slot < 4 ? 'p100' : 'v100', {}, slot)), { driver: '535.183.01', ...big }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a GTX 1080 Ti beside an AMD card is the only NVIDIA card, and is kept',
    hardware: linux([card('gtx1080ti'), adapter('AMD', 'AMD Radeon RX 6800', {}, 1)], { driver: '550.163.01' }),
    expected: { builds: ['cu126'] },
  },
  {
    name: 'a GTX 1060 beside an RTX 3060 that this person may not open is the only card left, and is kept',
    hardware: linux([card('rtx3060', { accessible: false }), card('gtx1060', {}, 1)], { driver: '550.163.01' }),
    expected: { builds: ['cu126'], unused: [uuidOf(0)] },
  },
  {
    name: 'an H100 cut into instances beside a whole one: the whole one is used',
    hardware: linux([card('h100', { mig: true }), card('h100', {}, 1)], { driver: '550.163.01', ...big }),
    expected: { builds: ['cu126', 'cu128'], used: [uuidOf(1)], reasons: { [uuidOf(0)]: /MIG|instance|split|slice|divided|partition/i } },
  },
];
