import { execa } from 'execa';
import { access, realpath, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-file.ts';
import { errorMessage } from '../platform/text.ts';
import { unitName, unitText } from './login-unit.ts';
import type { Output } from './output.ts';

export type AtLogin = 'on' | 'off';

export interface AtLoginSeams {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  /** What "earshot serve" is on this computer. */
  readonly command: () => Promise<readonly [string, ...string[]]>;
  /** Asks the session's systemd; rejects with its words where it refuses or is not there. */
  readonly systemctl: (given: readonly string[]) => Promise<void>;
}

const machine: AtLoginSeams = {
  platform: process.platform,
  environment: process.env,
  command: serveCommand,
  systemctl: async (given) => {
    await execa('systemctl', ['--user', ...given], { timeout: 30_000, stdin: 'ignore' });
  },
};

/** `earshot serve --at-login on|off`: a systemd unit of the person's own that runs it with their session. */
export async function runAtLogin(output: Output, wish: AtLogin, seams: AtLoginSeams = machine): Promise<number> {
  if (seams.platform === 'win32') {
    const text = 'On Windows "earshot serve" cannot start with your session. The tray app can: switch on “Start at login” in its settings.';
    output.result({ atLogin: null, unit: null, done: false, left: [], message: text }, text);
    return 1;
  }
  const unit = unitPath(seams.environment);
  return wish === 'on' ? switchOn(output, unit, seams) : switchOff(output, unit, seams);
}

async function switchOn(output: Output, unit: string, { environment, command, systemctl }: AtLoginSeams): Promise<number> {
  const reached = serversNamed(environment);
  await writeFileAtomically(unit, unitText({ command: await command(), environment: { ...foldersNamed(environment), ...reached.written } }));
  const steps = [['daemon-reload'], ['enable', '--now', unitName]];
  const problem = await firstProblem(steps, systemctl);
  const left = problem === null ? [] : steps.map(byHand);
  const text =
    problem === null
      ? ['Earshot serves from now on and starts with your session.', 'Without anybody logged in it starts after: loginctl enable-linger', `What it says: journalctl --user -u ${unitName}`, 'To undo it: earshot serve --at-login off']
      : [`The unit is written as ${unit}, but the systemd of this session could not be told of it: ${problem}`, 'Where Earshot shall run, log in and say:', ...left.map((line) => `  ${line}`)];
  const secrets = reached.secret.map((name) => `${name} holds a password, which does not belong into that file, so Earshot runs without it there. To add it yourself: systemctl --user edit ${unitName}`);
  output.result({ atLogin: 'on', unit, done: problem === null, left, leftOut: reached.secret }, [...text, ...secrets].join('\n'));
  return 0;
}

async function switchOff(output: Output, unit: string, { systemctl }: AtLoginSeams): Promise<number> {
  const isThere = await access(unit).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    output.result({ atLogin: 'off', unit, done: true, left: [] }, 'Earshot does not start with your session, and did not before.');
    return 0;
  }
  const disable = ['disable', '--now', unitName];
  const before = await firstProblem([disable], systemctl);
  await rm(unit, { force: true });
  const problem = before ?? (await firstProblem([['daemon-reload']], systemctl));
  // With the file gone, all that may be left is the link that starts it, and one that runs.
  const left = problem === null ? [] : [disable, ['daemon-reload']].map(byHand);
  const text =
    problem === null
      ? ['Earshot does not start with your session any more, and what ran by it was ended.']
      : [`The unit ${unit} is removed, but the systemd of this session could not be told of it: ${problem}`, 'Where it ran, log in and say:', ...left.map((line) => `  ${line}`)];
  output.result({ atLogin: 'off', unit, done: problem === null, left }, text.join('\n'));
  return 0;
}

async function firstProblem(steps: readonly (readonly string[])[], systemctl: AtLoginSeams['systemctl']): Promise<string | null> {
  for (const step of steps) {
    try {
      await systemctl(step);
    } catch (error) {
      return problemOf(error);
    }
  }
  return null;
}

/** The program's own words, of which the last line says it. */
function problemOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'this computer has no systemctl.';
  const said = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim().split('\n').at(-1) : '';
  return said === undefined || said === '' ? errorMessage(error) : said;
}

function byHand(step: readonly string[]): string {
  return ['systemctl', '--user', ...step].join(' ');
}

/** Where a person's own units lie. The base directory specification: a path that is not absolute counts as none. */
export function unitPath(environment: NodeJS.ProcessEnv): string {
  const named = environment['XDG_CONFIG_HOME'] ?? '';
  const config = isAbsolute(named) ? named : join(environment['HOME'] ?? homedir(), '.config');
  return join(config, 'systemd', 'user', unitName);
}

/** The session's systemd does not know what a shell was told of folders, and without it Earshot would set up everything anew. */
function foldersNamed(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return pathsNamed(['EARSHOT_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME'], environment);
}

const addresses = ['OLLAMA_HOST', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

interface ServersNamed {
  readonly written: Readonly<Record<string, string>>;
  /** Those that hold a password: a unit is read by whoever asks systemd for it. */
  readonly secret: readonly string[];
}

/** With another Ollama or without its proxy, what starts with the session would see another machine than the shell did. */
function serversNamed(environment: NodeJS.ProcessEnv): ServersNamed {
  const named = addresses.flatMap((name) => {
    const address = (environment[name] ?? '').trim();
    return address === '' ? [] : [{ name, address, isSecret: address.includes('@') }];
  });
  return {
    written: { ...Object.fromEntries(named.flatMap(({ name, address, isSecret }) => (isSecret ? [] : [[name, address]]))), ...pathsNamed(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'], environment) },
    secret: named.flatMap(({ name, isSecret }) => (isSecret ? [name] : [])),
  };
}

function pathsNamed(names: readonly string[], environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = environment[name] ?? '';
      return path === '' ? [] : [[name, resolve(path)]];
    }),
  );
}

/** This very program: Node with its script, the link of `npx` followed. */
async function serveCommand(): Promise<readonly [string, ...string[]]> {
  const script = process.argv[1];
  const own = script === undefined ? [] : [await realpath(script)];
  return [process.execPath, ...own, 'serve'];
}
