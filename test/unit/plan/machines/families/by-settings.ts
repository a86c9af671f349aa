import { plannedService, type Plan } from '../../../../../main/plan/model.ts';
import { allOnCpu, because, card, linux, uuidOf, windows, type Machine } from '../machine.ts';
import type { Answer } from '../answer.ts';
import { said } from '../promises.ts';

const driver = '550.163.01';
const rtx3060 = linux([card('rtx3060')], { driver });
const mixed = linux([card('rtx3060'), card('gtx1080ti', {}, 1)], { driver: '570.172.08' });
const absent = 'GPU-not-in-this-machine';
const url = 'http://10.0.0.2:8000/v1';
const external = { device: 'external', engine: 'external' };

/** What a person decides holds, unless the machine cannot do it, which is then said. */
export const bySettings: readonly Machine[] = [
  {
    name: 'a person who excludes the only card gets a plan without it, and reads why',
    hardware: rtx3060,
    settings: { overrides: { gpus: { [uuidOf(0)]: { use: false, ...because } } } },
    expected: { used: [], devices: allOnCpu, reasons: { [uuidOf(0)]: /you|settings|2026-11-20|the fans are too loud/i } },
  },
  {
    name: 'a person who excludes one of two cards gets the other',
    hardware: linux([card('rtx3090'), card('rtx3060', {}, 1)], { driver }),
    settings: { overrides: { gpus: { [uuidOf(0)]: { use: false, ...because } } } },
    expected: { used: [uuidOf(1)], builds: ['cu126', 'cu128'] },
  },
  {
    name: 'a person who excludes the newer card keeps the old one, with a build that carries it',
    hardware: mixed,
    settings: { overrides: { gpus: { [uuidOf(0)]: { use: false, ...because } } } },
    expected: { unused: [uuidOf(0)], builds: ['cu126'] },
  },
  {
    name: 'a person may force the Pascal card on, and what runs there has its code',
    hardware: mixed,
    settings: { overrides: { gpus: { [uuidOf(1)]: { use: true, ...because } }, services: { stt: { device: uuidOf(1), ...because } } } },
    expected: { devices: { stt: uuidOf(1) }, builds: ['cu126', 'cu128'] },
  },
  {
    name: 'nobody can force a Kepler card on',
    hardware: linux([card('gtx780')], { driver: '470.256.02' }),
    settings: { overrides: { gpus: { [uuidOf(0)]: { use: true, ...because } } } },
    expected: { used: [], builds: ['cpu'], devices: allOnCpu },
  },
  {
    name: 'nobody can force an AMD card on',
    hardware: linux([{ ...card('rtx3060'), vendor: 'AMD', name: 'AMD Radeon RX 7900 XTX', computeCapability: null, pciId: '1002:744c' }]),
    settings: { overrides: { gpus: { [uuidOf(0)]: { use: true, ...because } } } },
    expected: { used: [], builds: ['cpu'], devices: allOnCpu },
  },
  {
    name: 'an override for a card that is not in the machine harms nothing',
    hardware: rtx3060,
    settings: { overrides: { gpus: { [absent]: { use: false, ...because } } } },
    expected: { used: [uuidOf(0)], builds: ['cu126', 'cu128'] },
  },
  ...['cu118', 'cu121', 'cu124', 'cu126', 'cu128'].map((id) => ({
    name: `a person may choose ${id} for an RTX 3060`,
    hardware: rtx3060,
    settings: { overrides: { torchBuild: { id, ...because } } },
    expected: { builds: [id] },
  })),
  {
    name: 'a person may choose the CPU build on a machine with a card',
    hardware: rtx3060,
    settings: { overrides: { torchBuild: { id: 'cpu', ...because } } },
    expected: { builds: ['cpu'] },
  },
  ...([
    ['without any card', linux([])],
    ['beside a Kepler card that no engine runs on', linux([card('gtx780')], { driver: '470.256.02' })],
    ['on Windows without any card', windows([])],
  ] as const).map(([where, hardware]) => ({
    name: `a person may ask for cu126 ${where}, and reads what it computes on`,
    hardware,
    settings: { overrides: { torchBuild: { id: 'cu126', ...because } } },
    expected: { builds: ['cu126'], says: [/cu126 .*computes on the processor/], wrong: ({ plan }: Answer) => said(plan.environments.at(-1)?.id === 'torch-cu126', 'no environment has it') },
  })),
  {
    name: 'a person who wants no PyTorch gets none, and the engines that need it give way',
    hardware: rtx3060,
    settings: { overrides: { torchBuild: { id: 'none', ...because }, services: { stt: { model: 'stt-1b-en_fr', ...because } } } },
    expected: { builds: ['cu128'], engines: { stt: 'whisper' }, wrong: ({ plan }) => said(plan.environments.every(({ torch }) => torch === null), 'an environment has torch') },
  },
  refused('cu124 on ARM without any card, for which none is made', linux([], { os: { arch: 'arm64' } }), 'cu124', ['cpu']),
  refused('cu118 for an RTX 5090, which has no code for it', linux([card('rtx5090')], { driver: '580.95.05' }), 'cu118', ['cu128', 'cu130']),
  refused('cu130 with driver 550', rtx3060, 'cu130', ['cu126', 'cu128']),
  refused('cu128 for a GTX 1060', linux([card('gtx1060')], { driver: '570.172.08' }), 'cu128', ['cu126']),
  refused('a build nobody knows', rtx3060, 'cu999', ['cu126', 'cu128']),
  refused('cu128 for a V100 on Windows', windows([card('v100')], { driver: '572.83' }), 'cu128', ['cu126']),
  ...(['stt', 'tts', 'llm'] as const).map((id) => ({
    name: `a person may keep ${id} on the CPU`,
    hardware: linux([card('rtx3090')], { driver }),
    settings: { overrides: { services: { [id]: { device: 'cpu', ...because } } } },
    expected: { devices: { [id]: 'cpu' }, builds: ['cu126', 'cu128'] },
  })),
  {
    name: 'a person may keep everything on the CPU beside an RTX 3090',
    hardware: linux([card('rtx3090')], { driver }),
    settings: { overrides: { services: { stt: { device: 'cpu', ...because }, llm: { device: 'cpu', ...because }, tts: { device: 'cpu', ...because } } } },
    expected: { devices: allOnCpu, used: [], builds: ['cu126', 'cu128'] },
  },
  {
    name: 'a person may put speech recognition on the smaller of two cards',
    hardware: linux([card('rtx3090'), card('rtx3060', {}, 1)], { driver }),
    settings: { overrides: { services: { stt: { device: uuidOf(1), ...because } } } },
    expected: { devices: { stt: uuidOf(1) } },
  },
  {
    name: 'one service follows another to its device',
    hardware: linux([card('rtx3090'), card('rtx3060', {}, 1)], { driver }),
    settings: { overrides: { services: { stt: { device: uuidOf(1), ...because }, tts: { sameDeviceAs: 'stt', ...because } } } },
    expected: { devices: { stt: uuidOf(1), tts: uuidOf(1) } },
  },
  {
    name: 'one service follows another to the CPU',
    hardware: linux([card('rtx3090')], { driver }),
    settings: { overrides: { services: { llm: { device: 'cpu', ...because }, stt: { sameDeviceAs: 'llm', ...because } } } },
    expected: { devices: { llm: 'cpu', stt: 'cpu' } },
  },
  {
    name: 'a service sent to a card that is not there runs elsewhere, and that is said',
    hardware: rtx3060,
    settings: { overrides: { services: { stt: { device: absent, ...because } } } },
    expected: { says: [/GPU-not-in-this-machine/] },
  },
  {
    name: 'a service sent to a full card runs elsewhere, and that is said',
    hardware: linux([card('rtx3060', { freeMiB: 100 })], { driver }),
    settings: { overrides: { services: { stt: { device: uuidOf(0), ...because } } } },
    expected: { devices: { stt: 'cpu' }, says: [/RTX 3060|GPU-5eed/] },
  },
  {
    name: 'a model nobody knows is said, and another is chosen',
    hardware: rtx3060,
    settings: { overrides: { services: { stt: { model: 'whisper-gigantic', ...because } } } },
    expected: { says: [/whisper-gigantic/], wrong: ({ plan }) => said(model(plan, 'stt') !== 'whisper-gigantic', 'an unknown model was planned') },
  },
  {
    name: 'a person may choose the smallest recogniser on a big card',
    hardware: linux([card('rtx3090')], { driver }),
    settings: { overrides: { services: { stt: { model: 'whisper-base', ...because } } } },
    expected: { models: { stt: 'whisper-base' } },
  },
  {
    name: 'servers for everything leave the card alone',
    hardware: rtx3060,
    settings: { services: { stt: { url }, llm: { url }, tts: { url } } },
    expected: { used: [], devices: { stt: 'external', llm: 'external', tts: 'external', turn: 'cpu' }, says: [/10\.0\.0\.2/] },
  },
  {
    name: 'a server for speech recognition, the rest is ours',
    hardware: linux([]),
    settings: { services: { stt: { url, token: 'secret-token', model: 'Systran/faster-whisper-small' } } },
    expected: { devices: { ...allOnCpu, stt: external.device }, engines: { stt: external.engine }, models: { stt: 'Systran/faster-whisper-small' }, neverSays: [/secret-token/] },
  },
  {
    name: 'a server by URL holds against an override of its device',
    hardware: rtx3060,
    settings: { services: { tts: { url } }, overrides: { services: { tts: { device: uuidOf(0), ...because } } } },
    expected: { devices: { tts: 'external' } },
  },
  ...(['fast', 'balanced', 'best'] as const).flatMap((profile) => [
    profiled(profile, 'no card, two cores', linux([], { cpu: { model: 'Intel Celeron', cores: 2, flags: ['avx2'] } }), { devices: allOnCpu }),
    profiled(profile, 'no card, 64 cores', linux([], { cpu: { model: 'AMD EPYC', cores: 64, flags: ['avx2'] } }), { devices: allOnCpu }),
    profiled(profile, 'an RTX 3050 laptop', linux([card('rtx3050laptop')], { driver: '535.183.01' }), { builds: ['cu126', 'cu128'] }),
    profiled(profile, 'an RTX 4090', linux([card('rtx4090')], { driver }), { builds: ['cu126', 'cu128'], used: [uuidOf(0)] }),
    profiled(profile, 'a GTX 1080 Ti', windows([card('gtx1080ti')], { driver: '576.02' }), { builds: ['cu126'] }),
  ]),
];

function refused(what: string, hardware: unknown, id: string, builds: readonly string[]): Machine {
  return {
    name: `a person who chooses ${what} is told that it cannot be`,
    hardware,
    settings: { overrides: { torchBuild: { id, ...because } } },
    expected: { builds, says: [new RegExp(id)] },
  };
}

function profiled(profile: Plan['profile'], what: string, hardware: unknown, expected: Machine['expected']): Machine {
  return {
    name: `profile ${profile}: ${what}`,
    hardware,
    settings: { profile },
    expected: { ...expected, wrong: ({ plan }) => said(plan.profile === profile, `the plan is for ${plan.profile}`) },
  };
}

function model(plan: Plan, id: 'stt' | 'llm' | 'tts'): string {
  return plannedService(plan, id).model;
}
