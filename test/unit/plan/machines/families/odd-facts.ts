import { allOnCpu, card, foreign, linux, uuidOf, type Machine } from '../machine.ts';

const driver = '550.163.01';
const whole = linux([card('rtx3060')], { driver });
const nothing = { builds: ['cpu'], used: [], devices: allOnCpu } as const;

/** Hardware files with fields that are missing, absurd or of another kind: read as far as they go, never a crash. */
export const oddFacts: readonly Machine[] = [
  { name: 'an empty description', hardware: {}, expected: nothing },
  { name: 'a description with the operating system only', hardware: { os: { platform: 'linux' } }, expected: nothing },
  { name: 'a description with fields nobody knows', hardware: { ...whole, colour: 'beige', npu: { tops: 40 } }, expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] } },
  { name: 'GPUs that are not a list', hardware: { ...whole, gpus: 'many' }, expected: nothing },
  { name: 'cores that are a word', hardware: { ...linux([]), cpu: { model: 'x', cores: 'eight', flags: null } }, expected: nothing },
  { name: 'no cores and no memory', hardware: { ...linux([]), cpu: { model: '', cores: 0, flags: [] }, memoryMiB: 0 }, expected: nothing },
  { name: 'a memory below nothing', hardware: linux([], { memoryMiB: -1 }), expected: nothing },
  { name: 'a card whose memory is unknown', hardware: linux([card('rtx3060', { memoryMiB: null, freeMiB: null })], { driver }), expected: { used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /memory/i } } },
  { name: 'a card whose free memory is unknown', hardware: linux([card('rtx3060', { freeMiB: null })], { driver }) },
  { name: 'a card with more free than it has', hardware: linux([card('rtx3060', { freeMiB: 99_000 })], { driver }), expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] } },
  { name: 'a card with nothing free', hardware: linux([card('rtx3060', { freeMiB: 0 })], { driver }), expected: { builds: ['cu126', 'cu128'], used: [], devices: allOnCpu } },
  { name: 'a card with less than nothing free', hardware: linux([card('rtx3060', { freeMiB: -5 })], { driver }), expected: { used: [], devices: allOnCpu } },
  { name: 'a card with no memory at all', hardware: linux([card('rtx3060', { memoryMiB: 0, freeMiB: 0 })], { driver }), expected: { used: [], devices: allOnCpu } },
  {
    name: 'a card that nobody knows and that does not say what it can do',
    hardware: linux([{ ...card('rtx3060'), name: 'NVIDIA Graphics Device', computeCapability: null, pciId: '10de:ffff' }], { driver }),
    expected: nothing,
  },
  { name: 'a card without a name', hardware: linux([card('rtx3060', { name: '' })], { driver }) },
  { name: 'a capability that is no number', hardware: linux([{ ...card('rtx3060'), name: 'NVIDIA Graphics Device', computeCapability: 'ERR!', pciId: null }], { driver }), expected: nothing },
  { name: 'figures that came as N/A', hardware: { ...whole, gpus: [{ ...card('rtx3060'), memoryMiB: '[N/A]', freeMiB: '[Not Supported]' }] }, expected: { used: [], devices: allOnCpu } },
  { name: 'a card in an error state', hardware: { ...whole, gpus: [{ ...card('rtx3060'), memoryMiB: 'ERR!', freeMiB: 'ERR!', computeCapability: 'ERR!', name: 'ERR!' }] }, expected: { used: [], devices: allOnCpu } },
  { name: 'a card that says no more than its uuid and name', hardware: { ...whole, gpus: [{ uuid: uuidOf(0), name: 'NVIDIA GeForce RTX 3060' }] }, expected: { used: [], devices: allOnCpu } },
  { name: 'a hardware file from before accessible and pciId were asked', hardware: { ...whole, gpus: [withoutNewFields()] }, expected: { builds: ['cu126', 'cu128'], used: [uuidOf(0)] } },
  { name: 'a driver without a version', hardware: { ...whole, driver: { version: '', cudaVersion: null } }, expected: nothing },
  { name: 'a driver that is a bare string', hardware: { ...whole, driver: '550.163.01' } },
  { name: 'an operating system that is none of ours', hardware: { ...whole, os: { platform: 'darwin', release: '24', arch: 'arm64', wsl: false, container: false } } },
  { name: 'processes of cards that are not there', hardware: { ...whole, processes: [foreign('blender', 900, { uuid: 'GPU-elsewhere' })] }, expected: { used: [uuidOf(0)] } },
  { name: 'processes that are no list', hardware: { ...whole, processes: { 1: 'x' } } },
  { name: 'the same card twice', hardware: linux([card('gtx1650'), card('gtx1650', {}, 1)], { driver }), expected: { builds: ['cu126', 'cu128'] } },
  { name: 'an index and a bus that say nothing', hardware: linux([card('rtx3060', { index: -1, busId: '' })], { driver }), expected: { used: [uuidOf(0)] } },
];

function withoutNewFields(): unknown {
  return Object.fromEntries(Object.entries(card('rtx3060')).filter(([field]) => field !== 'accessible' && field !== 'pciId'));
}
