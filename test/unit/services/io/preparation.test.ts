import { expect, test } from 'vitest';
import type { HardwareReport } from '../../../../main/hardware/model.ts';
import type { InstalledEnvironment, Installation } from '../../../../main/environment/model.ts';
import type { Finding } from '../../../../main/platform/finding.ts';
import type { Catalogue, Model } from '../../../../main/plan/catalogue.ts';
import type { Plan, PlannedService } from '../../../../main/plan/model.ts';
import type { PreflightAnswer } from '../../../../main/services/preflight.ts';
import { prepareStack, type PreparationOptions, type PreparationSeams, type Prepared } from '../../../../main/services/io/preparation.ts';
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
    pulls: [],
    environments: [{ id: 'voice', build: null, torch: null, reason: '' }],
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

const voice: InstalledEnvironment = { id: 'voice', fingerprint: 'f', folder: '/nowhere', python: '/nowhere/bin/python', sitePackages: '/nowhere', torch: null };

/** An installation that went well, but for `missing`. */
function installed(missing: readonly (readonly [string, string])[] = []): Installation {
  return { fingerprint: 'f', python: voice.python, environments: { voice }, modelFolders: {}, steps: [], findings: missing.map(([, reason]) => findingThat(reason)), missing: new Map(missing) };
}

function findingThat(title: string): Finding {
  return { fault: 'download-failed', severity: 'error', title, detail: '', evidence: [], remedies: [] };
}

async function prepareWith(seams: Partial<PreparationSeams>, failing: readonly string[] = [], scope: PreparationOptions['scope'] = 'everything'): Promise<Told> {
  const events: string[] = [];
  const prepared = await prepareStack({
    settings: defaultSettings,
    catalogue,
    folders: { config: '/nowhere', data: '/nowhere', cache: '/nowhere', logs: '/nowhere' },
    root: '/nowhere',
    rehash: true,
    scope,
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
        return Promise.resolve(installed());
      },
      missingFor: () => Promise.resolve([]),
      noteUse: () => Promise.resolve(),
      available: () => Promise.resolve({ environments: new Set(['voice']), models: new Set(['vad', 'small']) }),
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
  const { events, prepared } = await prepareWith({ isInstallable: () => false, plan: () => planOn('GPU-1') });
  expect({ device: prepared.plan.services[0]?.device, checked: events.filter((event) => event.startsWith('checked')) }).toEqual({ device: 'cpu', checked: [] });
});

/** Recognition in a torch environment, which falls back to the processor. */
function torchPlan(): Plan {
  const plan = planOn('cpu');
  const [stt] = plan.services;
  if (stt === undefined) throw new Error('the plan has no recognition');
  const { engine, model, precision, device, build, env, estimatedVramMiB } = stt;
  return {
    ...plan,
    environments: [...plan.environments, { id: 'torch-cu124', build: 'cu124', torch: '2.5.1', reason: '' }],
    services: [{ ...stt, engine: 'kyutai', env: 'torch-cu124', build: 'cu124', fallback: { engine, model, precision, device, build, env, estimatedVramMiB, fallback: null } }],
  };
}

test('an environment that cannot be made is left out with a finding, and the rest goes on without it', async () => {
  const rounds: string[][] = [];
  const { prepared } = await prepareWith({
    plan: torchPlan,
    install: ({ plan }) => {
      rounds.push(plan.environments.map(({ id }) => id));
      return Promise.resolve(installed(plan.environments.length > 1 ? [['torch-cu124', 'PyTorch could not be fetched.']] : []));
    },
  });
  expect({ rounds, engine: prepared.plan.services[0]?.engine, findings: prepared.findings.map(({ title }) => title) }).toEqual({
    rounds: [['voice', 'torch-cu124'], ['voice']],
    engine: 'whisper',
    findings: ['PyTorch could not be fetched.'],
  });
});

test('at once means from what is there: what has to be fetched first is named and not waited for', async () => {
  const { prepared } = await prepareWith({ plan: torchPlan, missingFor: ({ plan }) => Promise.resolve(plan.environments.slice(1).map(({ id }) => `${id} is not there.`)) }, [], 'at-once');
  expect({ environments: prepared.plan.environments.map(({ id }) => id), engine: prepared.plan.services[0]?.engine, incomplete: prepared.incomplete }).toEqual({
    environments: ['voice'],
    engine: 'whisper',
    incomplete: ['torch-cu124 is not there.'],
  });
});

test('an environment that is there is used at once', async () => {
  const { prepared } = await prepareWith(
    { plan: torchPlan, available: () => Promise.resolve({ environments: new Set(['voice', 'torch-cu124']), models: new Set(['vad', 'small']) }) },
    [],
    'at-once',
  );
  expect(prepared.plan.services[0]?.env).toBe('torch-cu124');
});

test('a person who stops it is heard before the next round', async () => {
  const stop = new AbortController();
  const preparing = prepareStack({
    settings: defaultSettings,
    catalogue,
    folders: { config: '/nowhere', data: '/nowhere', cache: '/nowhere', logs: '/nowhere' },
    root: '/nowhere',
    rehash: false,
    scope: 'everything',
    note: () => undefined,
    report: () => undefined,
    signal: stop.signal,
    seams: {
      probe: () => Promise.resolve(hardware),
      plan: torchPlan,
      available: () => Promise.resolve({ environments: new Set<string>(), models: new Set<string>() }),
      noteUse: () => Promise.resolve(),
      install: () => {
        stop.abort();
        return Promise.resolve(installed([['torch-cu124', 'stopped']]));
      },
    },
  });
  await expect(preparing).rejects.toMatchObject({ name: 'AbortError' });
});

const notReady: PreflightAnswer = { kind: 'answer', ok: false, uuid: null, name: null, step: 'cuInit', code: 3, error: 'not initialized' };
const withoutCard: HardwareReport = { ...hardware, gpus: [], warnings: ['The NVIDIA driver is running, but it finds no graphics card.'] };
const expected = { program: true, present: true, remembered: true };

/** What was left to be remembered of cards that were waited for. */
function memory(before: readonly (string | null)[] = []): { readonly seams: Partial<PreparationSeams>; readonly kept: () => readonly (string | null)[] } {
  let kept: ReadonlySet<string | null> = new Set(before);
  return {
    kept: () => [...kept],
    seams: {
      sleep: () => Promise.resolve(),
      signs: () => Promise.resolve(expected),
      recallWaited: () => Promise.resolve(kept),
      rememberWaited: (waited) => {
        kept = waited;
        return Promise.resolve();
      },
    },
  };
}

test('a machine whose card does not come starts without it, says so, and waits for it in the background', async () => {
  const { seams, kept } = memory();
  let looks = 0;
  const { prepared, events } = await prepareWith({
    ...seams,
    plan: () => planOn('cpu'),
    probe: () => {
      looks += 1;
      return Promise.resolve(withoutCard);
    },
  });
  expect({ looks, kept: kept(), said: events.slice(0, 2), waitingFor: prepared.waitingFor.map(({ uuid }) => uuid), findings: prepared.findings.map(({ title }) => title) }).toEqual({
    looks: 10,
    kept: [null],
    said: [
      'said The NVIDIA graphics card is not ready yet, as happens just after a computer was switched on: Earshot asks again for up to 27 s and then starts without it.',
      'said The NVIDIA graphics card does not answer, even after 10 tries, so Earshot works without it for now.',
    ],
    waitingFor: [null],
    findings: ['The NVIDIA graphics card does not answer, even after 10 tries, so Earshot works without it for now.'],
  });
});

test('a card that is late by some seconds is used, and nothing is left to wait for', async () => {
  const { seams, kept } = memory([null]);
  const machines = [withoutCard, hardware];
  const late = await prepareWith({ ...memory().seams, probe: () => Promise.resolve(machines.shift() ?? hardware) });
  const ready = await prepareWith(seams);
  expect([late, ready].map(({ prepared }) => ({ device: prepared.plan.services[0]?.device, waitingFor: prepared.waitingFor, findings: prepared.findings }))).toEqual([
    { device: 'GPU-1', waitingFor: [], findings: [] },
    { device: 'GPU-1', waitingFor: [], findings: [] },
  ]);
  expect(kept()).toEqual([]);
});

test('a card that is not ready for a kernel is waited for in ten tries once, and in one at later starts', async () => {
  const { seams, kept } = memory();
  const tries: number[] = [];
  async function start(): Promise<readonly (string | null)[]> {
    const { prepared } = await prepareWith({
      ...seams,
      check: (uuid, _options, { policy }) => {
        tries.push(policy?.tries ?? 0);
        return Promise.resolve({ uuid, attempts: policy?.tries ?? 0, failure: uuid === 'GPU-1' ? notReady : null });
      },
    });
    return prepared.waitingFor.map(({ uuid }) => uuid);
  }
  expect({ waitingFor: [await start(), await start()], tries, kept: kept() }).toEqual({ waitingFor: [['GPU-1'], ['GPU-1']], tries: [10, 10, 1, 10], kept: ['GPU-1'] });
});

test('a card that only a restart brings back is not waited for', async () => {
  const halves: PreflightAnswer = { ...notReady, code: 803 };
  const { prepared } = await prepareWith({ check: (uuid) => Promise.resolve({ uuid, attempts: 1, failure: uuid === 'GPU-1' ? halves : dead }) });
  expect({ findings: prepared.findings.map(({ fault }) => fault), waitingFor: prepared.waitingFor.map(({ uuid }) => uuid) }).toEqual({
    findings: ['driver-library-mismatch', 'launch-failure'],
    waitingFor: ['GPU-2'],
  });
});

test('a folder that cannot be written to keeps nobody from starting', async () => {
  const { prepared, events } = await prepareWith({ ...memory().seams, rememberWaited: () => Promise.reject(new Error('EROFS')) });
  expect({ device: prepared.plan.services[0]?.device, said: events.at(-1) }).toEqual({ device: 'GPU-1', said: 'said Which graphics cards were waited for in vain could not be written down: EROFS' });
});
