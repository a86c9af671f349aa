import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../main/plan/catalogue.ts';
import type { Plan, PlannedService } from '../../main/plan/model.ts';
import { launch, type Launched } from '../../main/services/io/launch.ts';
import type { Service } from '../../main/services/service.ts';
import { stackOf } from '../../main/services/stack.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { processes } from '../setup/earshot.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { emptyPlan } from '../unit/plan/empty-plan.ts';
import { installedWith } from '../unit/services/installed.ts';

const card = 'GPU-11111111-2222-3333-4444-555555555555';
/** Says that it listens, and waits: everything of an engine but the engine. */
const idle = 'import sys, time\nsys.stdin.readline()\nprint(\'{"event":"listening","port":1}\', flush=True)\ntime.sleep(60)\n';

/** A checkout with the real launch shim and idle engines. */
let root: string;
let python: string;
const running: Launched[] = [];

beforeAll(async () => {
  python = await developerPython();
  root = mkdtempSync(join(tmpdir(), 'earshot-children-'));
  mkdirSync(join(root, 'python'));
  symlinkSync(join(repository, 'python', 'launch'), join(root, 'python', 'launch'));
  for (const module of ['whisper', 'llama', 'kokoro']) {
    const folder = join(root, 'python', 'earshot', 'engines', module);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '__main__.py'), idle);
  }
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill();
    await child.exited;
  }
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function modelOf(role: string): { id: string; engine: string } {
  const found = catalogue.models.find((model) => model.role === role);
  if (found === undefined) throw new Error(`no model for ${role}`);
  return found;
}

function planned(id: PlannedService['id'], device: string, threads: number): PlannedService {
  const { id: model, engine } = modelOf(id);
  return { id, engine, model, precision: 'int8', device, build: 'none', env: 'voice', estimatedVramMiB: 0, threads, server: null, contextTokens: null, windowSeconds: null, fallback: null };
}

/** Recognition and voice on the processor, the language model on a card that no machine has. */
const plan: Plan = {
  ...emptyPlan,
  gpus: [{ uuid: card, name: 'Fake RTX 3050', use: true, reason: '' }],
  services: [planned('stt', 'cpu', 2), planned('llm', card, 1), planned('tts', 'cpu', 3), planned('turn', 'cpu', 1)],
};

function services(): readonly Service[] {
  const modelFolders = Object.fromEntries(catalogue.models.map(({ id }) => [id, join('/models', id)]));
  return stackOf({
    plan,
    catalogue,
    settings: defaultSettings,
    installation: installedWith(python, modelFolders),
    root,
    surroundings: { voice: { os: { platform: 'linux', wsl: false }, libraryFolders: ['/env/nvidia/cublas/lib', '/env/nvidia/cudnn/lib'], searchPath: '' } },
  });
}

/** Starts a service as the supervisor does and reads what its engine, the child of the shim, was started with. */
async function environmentOfEngine(id: string): Promise<Readonly<Record<string, string>>> {
  const run = services().find((service) => service.id === id)?.run;
  if (run?.kind !== 'process') throw new Error(`${id} is no process`);
  let child: Launched | undefined;
  await new Promise<void>((resolve) => {
    child = launch({ root, run, token: '', port: 0, section: run.section(new Map()), onListening: () => { resolve(); }, onLine: () => undefined });
    running.push(child);
  });
  const engine = processes().find(({ parent }) => parent === child?.pid);
  if (engine === undefined) throw new Error('the shim has no child');
  return variables(readFileSync(`/proc/${engine.pid}/environ`, 'utf8'));
}

function variables(environ: string): Readonly<Record<string, string>> {
  const entries = environ.split('\0').filter((entry) => entry !== '').map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const);
  return Object.fromEntries(entries);
}

/** Without what it inherits: those names the process test of main's own environment is not about. */
function withoutInherited(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  // Python itself adds LC_CTYPE for a child of a process without a locale (PEP 538).
  const inherited = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'XDG_RUNTIME_DIR', 'TEMP', 'TMP'];
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !inherited.includes(name)));
}

/** What every engine is given. */
function everywhere(threads: number): Readonly<Record<string, string>> {
  return {
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    OMP_NUM_THREADS: String(threads),
    OMP_WAIT_POLICY: 'PASSIVE',
    HF_HUB_OFFLINE: '1',
    PYTHONUTF8: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: join(root, 'python'),
    ORT_DISABLE_TELEMETRY: '1',
    NO_PROXY: '127.0.0.1,localhost',
  };
}

test.each([
  ['stt', 2],
  ['tts', 3],
])('the %s planned on the processor is started without any card', async (id, threads) => {
  expect(withoutInherited(await environmentOfEngine(id))).toEqual({ ...everywhere(threads), CUDA_VISIBLE_DEVICES: '' });
});

test('a language model planned on a card is started with that card, its libraries and nothing else', async () => {
  expect(withoutInherited(await environmentOfEngine('llm'))).toEqual({
    ...everywhere(1),
    CUDA_VISIBLE_DEVICES: card,
    PYTORCH_CUDA_ALLOC_CONF: 'expandable_segments:True',
    LD_LIBRARY_PATH: '/env/nvidia/cublas/lib:/env/nvidia/cudnn/lib',
  });
});

test('what the shell says of cards reaches no engine', async () => {
  const before = process.env['CUDA_VISIBLE_DEVICES'];
  process.env['CUDA_VISIBLE_DEVICES'] = '"0"';
  try {
    expect((await environmentOfEngine('stt'))['CUDA_VISIBLE_DEVICES']).toBe('');
  } finally {
    if (before === undefined) delete process.env['CUDA_VISIBLE_DEVICES'];
    else process.env['CUDA_VISIBLE_DEVICES'] = before;
  }
});

test('our own process holds none of it, neither at its start nor while engines run', async () => {
  const before = { ...process.env };
  await environmentOfEngine('llm');
  const planOnly = ['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'PYTORCH_CUDA_ALLOC_CONF'];
  const atStart = variables(readFileSync('/proc/self/environ', 'utf8'));
  expect({ now: { ...process.env }, held: planOnly.filter((name) => name in process.env || name in atStart) }).toEqual({ now: before, held: [] });
});
