import { expect, test } from 'vitest';
import type { HardwareReport } from '../../../../main/hardware/model.ts';
import type { Catalogue, Model } from '../../../../main/plan/catalogue.ts';
import type { Plan, PlannedService } from '../../../../main/plan/model.ts';
import type { PreflightAnswer } from '../../../../main/services/preflight.ts';
import { prepareStack, type PreparationSeams, type Prepared } from '../../../../main/services/io/preparation.ts';
import { defaultSettings } from '../../../../main/settings/schema.ts';

const cards = ['GPU-1', 'GPU-2'] as const;
const dead: PreflightAnswer = { kind: 'answer', ok: false, uuid: null, name: null, step: 'cuCtxSynchronize', code: 719, error: 'launch failure' };

function model(id: string, role: Model['role'], engine: string): Model {
  return { id, title: id, role, engine, precision: 'int8', licence: 'MIT', files: [], sources: [] };
}

const catalogue: Catalogue = {
  models: [model('vad', 'vad', 'silero'), model('small', 'stt', 'whisper')],
  torchBuilds: [],
  components: [],
  candidates: [],
};

const hardware: HardwareReport = {
  os: { platform: 'linux', release: '6.1', arch: 'x64', wsl: false, container: false },
  cpu: { model: 'A processor', cores: 2, flags: [] },
  memoryMiB: 16_000,
  disks: [],
  displays: 0,
  power: null,
  gpus: cards.map((uuid, index) => ({
    uuid, index, busId: `0${index}:00.0`, vendor: 'NVIDIA', name: `NVIDIA RTX ${uuid}`, computeCapability: '8.6', memoryMiB: 8000, freeMiB: 8000,
    virtual: false, mig: false, deviceNode: null, powerState: null, pciId: null, accessible: null,
  })),
  toolkit: null,
  driver: { version: '580.65.06', cudaVersion: '13.0' },
  processes: [],
  ollama: null,
  warnings: [],
};

/** Recognition on the first card the settings allow, else on the processor: the shape of a plan without the planner. */
function planOn(device: string, server: PlannedService['server'] = null): Plan {
  const stt: PlannedService = {
    id: 'stt', engine: 'whisper', model: 'small', precision: 'int8', device, build: 'none', env: server === null ? 'voice' : null, estimatedVramMiB: 0,
    threads: 1, server, contextTokens: null, windowSeconds: null, fallback: null,
  };
  return {
    profile: 'balanced',
    torchBuild: { id: 'cpu', torch: '2.9.1', reason: '' },
    gpus: cards.map((uuid) => ({ uuid, name: uuid, use: uuid === device, reason: '' })),
    services: [stt],
    predictedVoiceToVoiceMs: 0,
    prediction: { vadMs: 0, turnMs: 0, sttMs: 0, llmMs: 0, ttsMs: 0 },
    vram: [],
    models: ['vad', 'small'],
    voice: 'af_heart',
    notes: ['Said when asked.'],
    remarks: ['Always said.', `Recognition is on ${device}.`],
  };
}

interface Told {
  readonly prepared: Prepared;
  /** What was done and said, in order. */
  readonly events: readonly string[];
}

async function prepareWith(seams: Partial<PreparationSeams>, failing: readonly string[] = []): Promise<Told> {
  const events: string[] = [];
  const prepared = await prepareStack({
    settings: defaultSettings,
    catalogue,
    folders: { config: '/nowhere', data: '/nowhere', cache: '/nowhere', logs: '/nowhere' },
    root: '/nowhere',
    rehash: true,
    note: (line) => events.push(`said ${line.split('\n')[0] ?? ''}`),
    report: () => undefined,
    seams: {
      probe: () => {
        events.push('probed');
        return Promise.resolve(hardware);
      },
      plan: (_hardware, _catalogue, settings) => planOn(cards.find((uuid) => settings.overrides.gpus[uuid]?.use !== false) ?? 'cpu'),
      install: (options) => {
        events.push(`installed for ${options.plan.services[0]?.device ?? ''}${options.rehash ? ', every file hashed' : ''}`);
        return Promise.resolve({ fingerprint: 'f', python: '/nowhere/bin/python', modelFolders: {}, steps: [] });
      },
      check: (uuid) => {
        events.push(`checked ${uuid}`);
        return Promise.resolve({ uuid, attempts: 1, failure: failing.includes(uuid) ? dead : null });
      },
      ...seams,
    },
  });
  return { prepared, events };
}

test('probes, plans, installs and runs a kernel before anything starts', async () => {
  const { prepared, events } = await prepareWith({});
  expect({ events, device: prepared.plan.services[0]?.device, findings: prepared.findings, hardware: prepared.hardware }).toEqual({
    events: ['probed', 'said Always said.', 'said Recognition is on GPU-1.', 'installed for GPU-1, every file hashed', 'checked GPU-1'],
    device: 'GPU-1',
    findings: [],
    hardware,
  });
});

test('a card that fails leaves the plan with a finding, and the next one is checked as well', async () => {
  const { prepared, events } = await prepareWith({}, ['GPU-1']);
  expect({ events, device: prepared.plan.services[0]?.device, faults: prepared.findings.map(({ fault }) => fault) }).toEqual({
    events: [
      'probed',
      'said Always said.',
      'said Recognition is on GPU-1.',
      'installed for GPU-1, every file hashed',
      'checked GPU-1',
      'said The NVIDIA RTX GPU-1 failed a small test calculation, so Earshot works without it.',
      'said Recognition is on GPU-2.',
      'installed for GPU-2',
      'checked GPU-2',
    ],
    device: 'GPU-2',
    faults: ['launch-failure'],
  });
});

test('when every card fails the processor serves', async () => {
  const { prepared } = await prepareWith({}, cards);
  expect({ device: prepared.plan.services[0]?.device, faults: prepared.findings.map(({ fault }) => fault) }).toEqual({
    device: 'cpu',
    faults: ['launch-failure', 'launch-failure'],
  });
});

test('a card that only a server of somebody else uses is not checked', async () => {
  const { events } = await prepareWith({ plan: () => planOn('GPU-1', { url: 'http://127.0.0.1:11434/v1', token: '' }) });
  expect(events.filter((event) => event.startsWith('checked'))).toEqual([]);
});

test('what cannot be installed yet is not checked either', async () => {
  const { events, prepared } = await prepareWith({ environments: [], plan: () => planOn('GPU-1') });
  expect({ device: prepared.plan.services[0]?.device, checked: events.filter((event) => event.startsWith('checked')) }).toEqual({ device: 'cpu', checked: [] });
});
