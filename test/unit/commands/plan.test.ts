import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runPlan } from '../../../main/commands/plan.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan } from '../../../main/plan/model.ts';
import { readPlan } from '../../../main/plan/plan-file.ts';
import { faultOf } from '../../../main/commands/output.ts';
import { userFolders, type Folders } from '../../../main/platform/folders.ts';
import { loadSettings } from '../../../main/settings/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { recordedOutput } from './recorded-output.ts';

/** A computer without a graphics card, as somebody would write it down by hand. */
const computer = { os: { platform: 'linux', release: '6.8', arch: 'x64', wsl: false, container: false }, cpu: { model: 'Somebody’s processor', cores: 8, flags: ['avx', 'avx2'] }, memoryMiB: 16_384 };

interface Desk {
  readonly folders: Folders;
  /** Writes a file beside the folders and says where. */
  readonly file: (name: string, content: unknown) => string;
}

/** A user whose settings file holds `settings`; null for none. */
function desk(settings: unknown): Desk {
  const home = temporaryFolder();
  const folders = userFolders({ EARSHOT_HOME: home });
  mkdirSync(folders.config);
  if (settings !== null) writeFileSync(join(folders.config, 'settings.json'), text(settings));
  return {
    folders,
    file: (name, content) => {
      writeFileSync(join(home, name), text(content));
      return join(home, name);
    },
  };
}

function text(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

interface Outcome {
  readonly code: number;
  readonly plan: Plan;
  readonly text: string;
  readonly said: readonly string[];
}

async function planned({ folders }: Desk, files: { readonly hardware?: string; readonly settings?: string }): Promise<Outcome> {
  const { output, said, results } = recordedOutput();
  const code = await runPlan(output, folders, { hardware: files.hardware, settings: files.settings });
  const [result] = results;
  const read = readPlan(JSON.stringify(result?.document), catalogue);
  if ('problem' in read) throw new Error(read.problem);
  return { code, plan: read.plan, text: result?.text ?? '', said };
}

describe('earshot plan', () => {
  test('prints a plan for a described computer that "install --plan" can read, and nothing else', async () => {
    const user = desk(null);
    const { code, plan, said } = await planned(user, { hardware: user.file('computer.json', computer) });
    expect({ code, said, services: plan.services.map(({ id, device }) => `${id} on ${device}`), profile: plan.profile }).toEqual({
      code: 0,
      said: [],
      services: ['stt on cpu', 'llm on cpu', 'tts on cpu', 'turn on cpu'],
      profile: 'balanced',
    });
  });

  test('says beside a plan for a graphics card what this version runs for now, and how fast', async () => {
    const user = desk(null);
    const gpus = [{ uuid: 'GPU-1', index: 0, vendor: 'NVIDIA', name: 'NVIDIA GeForce RTX 3060', computeCapability: '8.6', memoryMiB: 12_288, freeMiB: 12_000 }];
    const hardware = user.file('computer.json', { ...computer, gpus, driver: { version: '570.86.10', cudaVersion: '12.8' } });
    const { plan, text: shown } = await planned(user, { hardware });
    const notes = plan.notes.filter((note) => /cannot install that yet|^Until then answers should begin/.test(note));
    expect({ wanted: plan.services.find(({ id }) => id === 'stt')?.device, notes: notes.length > 1, shown: notes.every((note) => shown.includes(note)) }).toEqual({ wanted: 'GPU-1', notes: true, shown: true });
  });

  test('says the same for the same computer', async () => {
    const user = desk(null);
    const hardware = user.file('computer.json', computer);
    expect(await planned(user, { hardware })).toEqual(await planned(user, { hardware }));
  });

  test('tells in its notes what was assumed about a computer that is only half described', async () => {
    const user = desk(null);
    const { code, plan } = await planned(user, { hardware: user.file('computer.json', { ...computer, cpu: undefined, colour: 'red' }) });
    expect({ code, assumed: plan.notes.filter((note) => /cpu|colour/.test(note)).length > 1 }).toEqual({ code: 0, assumed: true });
  });

  test.each([
    ['a field that nobody knows', '{"profile": "fast", "theme": "dark"}', 'fast', 'theme: there is no field of this name. The file stays as it is. Earshot goes by the rest of the file here.'],
    ['a wrong type', '{"profile": "fast", "voice": 7}', 'balanced', 'voice: should be a text in quotation marks, not 7. The file stays as it is. Earshot goes by its defaults here.'],
  ])('leaves own settings with %s as they are, and names the problem in its notes and to the person', async (_damage, content, profile, problem) => {
    const user = desk(content);
    const { code, plan, said } = await planned(user, { hardware: user.file('computer.json', computer) });
    expect({ code, profile: plan.profile, said: said.length, notes: plan.notes.filter((note) => note.endsWith(problem)).length, files: readdirSync(user.folders.config), file: readFileSync(join(user.folders.config, 'settings.json'), 'utf8') }).toEqual({
      code: 0,
      profile,
      said: 1,
      notes: 1,
      files: ['settings.json'],
      file: content,
    });
  });

  test('prints no token of a server, and is still a plan that can be read', async () => {
    const url = 'http://10.0.0.5:8000/v1';
    const user = desk({ services: { llm: { url, token: 'SECRET', model: 'x' } } });
    const { plan, text: shown, said } = await planned(user, { hardware: user.file('computer.json', computer) });
    expect({ servers: plan.services.map(({ server }) => server), secret: JSON.stringify([plan, shown, said]).includes('SECRET') }).toEqual({ servers: [null, { url, token: '' }, null, null], secret: false });
  });

  test.each([
    ['is missing', null, 'there is no such file'],
    ['is empty', '', /not JSON/],
    ['is cut off', '{"os": {', /not JSON/],
    ['is a list', '[]', /not an object/],
  ])('has no plan for a description that %s, and says why', async (_damage, content, detail) => {
    const user = desk(null);
    const hardware = content === null ? join(user.folders.data, 'none.json') : user.file('computer.json', content);
    const { output, results } = recordedOutput();
    const fault = await runPlan(output, user.folders, { hardware, settings: undefined }).then(() => null, faultOf);
    expect({ fault, results }).toEqual({
      fault: {
        id: 'hardware-invalid',
        title: `The machine description ${hardware} cannot be used.`,
        detail: typeof detail === 'string' ? detail : (expect.stringMatching(detail) as unknown),
        cure: 'Make one with "earshot probe --json", or leave out --hardware to look at this computer.',
      },
      results: [],
    });
  });
});

describe('earshot plan --settings', () => {
  test('plans with the settings named, and says what changes against the own ones', async () => {
    const user = desk({ profile: 'fast' });
    const settings = user.file('other.json', { profile: 'best', services: { stt: { url: 'http://10.0.0.2:8000/v1' } } });
    const { code, plan, text: shown, said } = await planned(user, { hardware: user.file('computer.json', computer), settings });
    expect({ code, said, profile: plan.profile, stt: plan.services[0]?.device, difference: /What changes against your own settings\n {2}\S[^]*10\.0\.0\.2/.test(shown) }).toEqual({
      code: 0,
      said: [],
      profile: 'best',
      stt: 'external',
      difference: true,
    });
  });

  test('says so when nothing would change', async () => {
    const user = desk({});
    const { text: shown } = await planned(user, { hardware: user.file('computer.json', computer), settings: user.file('other.json', {}) });
    expect(shown).toMatch(/\n\nWhat changes against your own settings\n {2}Nothing: the plan is the same\.$/);
  });

  test.each([
    ['is missing', null, /there is no such file/],
    ['is no JSON', '{', /it is not JSON/],
    ['has a field nobody knows', { profil: 'best' }, /profil: there is no field of this name/],
    ['has a wrong type', { voice: 7 }, /voice: should be a text in quotation marks, not 7/],
    ['goes round in a circle', { overrides: { services: { stt: { sameDeviceAs: 'tts' }, tts: { sameDeviceAs: 'stt' } } } }, /overrides\.services\.stt\.sameDeviceAs: goes round in a circle/],
  ])('of a file that %s names the problem, and is the plan of the own settings', async (_damage, content, problem) => {
    const user = desk({ profile: 'fast' });
    const settings = content === null ? join(user.folders.data, 'none.json') : user.file('other.json', content);
    const before = content === null ? null : readFileSync(settings, 'utf8');
    const { code, plan, said } = await planned(user, { hardware: user.file('computer.json', computer), settings });
    expect({ code, profile: plan.profile, said, notes: plan.notes.filter((note) => problem.test(note)), after: content === null ? null : readFileSync(settings, 'utf8') }).toEqual({
      code: 1,
      profile: 'fast',
      said: [expect.stringMatching(problem)],
      notes: [expect.stringMatching(/^The settings file .* cannot be used\. .*\. This is the plan of your own settings\. Mend the file to see its plan\.$/)],
      after: before,
    });
  });

  test('of a damaged file and damaged own settings is the plan of the last good ones', async () => {
    const user = desk({ profile: 'best' });
    const hardware = user.file('computer.json', computer);
    await loadSettings(user.folders, new Date());
    writeFileSync(join(user.folders.config, 'settings.json'), '{');
    const { code, plan, said } = await planned(user, { hardware, settings: user.file('other.json', '{') });
    expect({ code, profile: plan.profile, said: said.length, notes: plan.notes.filter((note) => note.includes('it is not JSON')).length }).toEqual({ code: 1, profile: 'best', said: 2, notes: 2 });
  });
});
