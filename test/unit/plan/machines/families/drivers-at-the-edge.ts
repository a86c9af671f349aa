import { allOnCpu, card, linux, uuidOf, windows, type Machine } from '../machine.ts';

/** Drivers just above and just below a floor. */
export const driversAtTheEdge: readonly Machine[] = [
  at('450.80.02, the first for CUDA 11', linux([card('t4')], { driver: '450.80.02' }), ['cu118']),
  at('450.66, one too old for CUDA 11.8', linux([card('t4')], { driver: '450.66' }), ['cpu']),
  at('520.61.05, the last before CUDA 12', linux([card('rtx3060')], { driver: '520.61.05' }), ['cu118']),
  at('525.60.11, one short of CUDA 12', linux([card('rtx3060')], { driver: '525.60.11' }), ['cu118']),
  at('525.60.13, the first for CUDA 12', linux([card('rtx3060')], { driver: '525.60.13' }), ['cu126', 'cu128']),
  at('530.30.02', linux([card('rtx2060')], { driver: '530.30.02' }), ['cu126', 'cu128']),
  at('545.23.06', linux([card('rtx4070')], { driver: '545.23.06' }), ['cu126', 'cu128']),
  at('452.39, the first for CUDA 11 on Windows', windows([card('rtx2060')], { driver: '452.39' }), ['cu118']),
  at('452.06, one too old on Windows', windows([card('rtx2060')], { driver: '452.06' }), ['cpu']),
  at('528.33, the first for CUDA 12 on Windows', windows([card('rtx3060')], { driver: '528.33' }), ['cu126', 'cu128']),
  at('522.25, between CUDA 11 and 12 on Windows', windows([card('rtx3060')], { driver: '522.25' }), ['cu118']),
  at('537.58 on Windows', windows([card('gtx1060')], { driver: '537.58' }), ['cu126']),
  at('560.94 on Windows', windows([card('rtx4070')], { driver: '560.94' }), ['cu126', 'cu128']),
  at('580.65.06, the first for CUDA 13', linux([card('rtx5090')], { driver: '580.65.06' }), ['cu128', 'cu130']),
  at('570.26, the first for Blackwell', linux([card('rtx5090')], { driver: '570.26' }), ['cu128']),
  {
    name: 'a Blackwell card with driver 550, which cannot know it, runs nothing',
    hardware: linux([card('rtx5090')], { driver: '550.163.01' }),
    expected: { builds: ['cpu'], used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /driver/i } },
  },
  {
    name: 'a GTX 1060 that driver 590 no longer knows runs nothing, and its owner is not sent to a newer driver',
    hardware: linux([card('gtx1060', { memoryMiB: null, freeMiB: null, deviceNode: null, accessible: null })], { driver: '590.44.01' }),
    expected: { builds: ['cpu'], used: [], devices: allOnCpu },
  },
  {
    name: 'an RTX 3060 with driver 418 is told that its driver is too old',
    hardware: linux([card('rtx3060')], { driver: '418.226.00' }),
    expected: { builds: ['cpu'], used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /driver.*(old|418)|418.*driver/i } },
  },
  {
    name: 'a driver whose version cannot be read is no driver to build on',
    hardware: linux([card('rtx3060')], { driver: 'unknown' }),
    expected: { builds: ['cpu'], used: [] },
  },
  {
    name: 'a GTX 780 is Kepler, for which no build has had code for years',
    hardware: linux([card('gtx780')], { driver: '460.91.03' }),
    expected: { builds: ['cpu'], used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /Kepler|old|3\.5/i } },
  },
];

function at(what: string, hardware: unknown, builds: readonly string[]): Machine {
  return { name: `driver ${what}`, hardware, expected: builds[0] === 'cpu' ? { builds, used: [], devices: allOnCpu } : { builds } };
}
