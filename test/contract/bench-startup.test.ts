import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userFolders } from '../../main/platform/folders.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { benchStartup, type StartupBenchOptions } from '../../main/telemetry/io/bench-startup.ts';
import { earshotEnvironment } from '../setup/cache.ts';
import { processes } from '../setup/earshot.ts';
import { repository } from '../setup/prepare.ts';

const options: StartupBenchOptions = {
  root: repository,
  folders: userFolders(earshotEnvironment()),
  settings: defaultSettings,
  signal: new AbortController().signal,
  say: () => undefined,
  rounds: 1,
  idleMs: 2_000,
};

/** Where the bench makes its temporary folders, so that what it leaves behind can be told from the work of others. */
let scratch = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  vi.stubEnv('TMPDIR', scratch);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

function left(): { readonly processes: readonly string[]; readonly files: readonly string[] } {
  return {
    processes: processes().flatMap(({ command }) => (command.includes(scratch) ? [command] : [])),
    files: readdirSync(scratch).filter((name) => name.startsWith('earshot-')),
  };
}

test('every figure of the start is measured, beside its hello-world or its bound', async () => {
  const { figures } = await benchStartup(options);
  expect(figures.map(({ name, unit, goal, baseline }) => ({ name, unit, goal, compared: baseline !== null }))).toEqual([
    { name: 'second start to tray icon against a hello-world', unit: 'ms', goal: 1.5, compared: true },
    { name: 'second start to tray icon', unit: 'ms', goal: 3_000, compared: false },
    { name: 'memory with a hidden window against a hello-world', unit: 'MiB', goal: 1.3, compared: true },
    { name: 'idle processor time, muted', unit: '% of a core', goal: 0.5, compared: false },
    { name: 'idle processor time, hands-free', unit: '% of a core', goal: 0.5, compared: false },
    { name: 'idle processor time of the services, muted', unit: '% of a core', goal: null, compared: false },
    { name: 'idle processor time of the services, hands-free', unit: '% of a core', goal: null, compared: false },
  ]);
  for (const figure of figures) expect(figure.ok).toBe(figure.goal === null ? null : (figure.ratio ?? figure.value) <= figure.goal);
  // An Electron needs some tenths of a second and some hundred megabytes, whatever the machine: less was not measured.
  const [toTray, , memory] = figures;
  expect(toTray?.baseline).toBeGreaterThan(100);
  expect(toTray?.value).toBeGreaterThan(100);
  expect(memory?.baseline).toBeGreaterThan(80);
  expect(memory?.value).toBeGreaterThan(80);
  expect(left()).toEqual({ processes: [], files: [] });
});

test('a product that is not installed is said before anything is started', async () => {
  const folders = userFolders({ EARSHOT_HOME: '/nowhere' });
  await expect(benchStartup({ ...options, folders })).rejects.toThrow('run "earshot install" first');
});

test('a bench that is stopped leaves nothing running', async () => {
  const stop = new AbortController();
  const running = benchStartup({
    ...options,
    signal: stop.signal,
    rounds: 100,
    say: () => {
      stop.abort();
    },
  });
  await expect(running).rejects.toThrow('aborted');
  expect(left()).toEqual({ processes: [], files: [] });
});
