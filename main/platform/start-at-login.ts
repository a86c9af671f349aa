import { readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { writeFileAtomically } from './atomic-file.ts';
import { errorMessage } from './text.ts';

/** The program that the session shall start. */
export interface LoginProgram {
  readonly executable: string;
  readonly arguments: readonly string[];
}

export interface LoginMeans {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly program: LoginProgram;
  /** Windows: has the system start the program at login or not; whether it does from now on. */
  readonly setLoginItem: (on: boolean, program: LoginProgram) => boolean;
}

/** Has the system start Earshot with the person's session, or no longer. Settles with why it could not, as a sentence, or null. */
export async function startAtLogin(on: boolean, means: LoginMeans): Promise<string | null> {
  try {
    if (means.platform === 'win32') return setWindows(on, means);
    const path = autostartFile(means.environment);
    if (on) await writeFileAtomically(path, autostartEntry(means.program, means.environment));
    else await rm(path, { force: true });
    return null;
  } catch (error) {
    return `Earshot could not change what starts when you log in: ${errorMessage(error)}`;
  }
}

/** Whether what the session starts is this program, as it would be written now; an AppImage may have been moved since. */
export async function startsAtLogin({ platform, environment, program }: Omit<LoginMeans, 'setLoginItem'>): Promise<boolean> {
  if (platform === 'win32') return true;
  const written = await readFile(autostartFile(environment), 'utf8').catch(() => null);
  // A desktop that lets a person switch it off there writes that into the file: their word stands.
  return written !== null && (written === autostartEntry(program, environment) || /^(Hidden=true|X-GNOME-Autostart-enabled=false)$/m.test(written));
}

function setWindows(on: boolean, { environment, program, setLoginItem }: LoginMeans): string | null {
  if (on && environment['EARSHOT_HOME'] !== undefined && environment['EARSHOT_HOME'] !== '') {
    return 'Earshot runs from a folder that EARSHOT_HOME names, which Windows does not tell it at login. Set that variable for your account, start Earshot without it, and try again.';
  }
  return setLoginItem(on, program) === on ? null : 'Windows did not take the change of what starts when you log in. Look under Settings › Apps › Startup.';
}

/** The desktop-entry file in the folder whose entries a session starts (XDG autostart specification). */
export function autostartFile(environment: NodeJS.ProcessEnv): string {
  const named = environment['XDG_CONFIG_HOME'] ?? '';
  // The base directory specification: a path that is not absolute counts as none.
  const config = isAbsolute(named) ? named : join(environment['HOME'] ?? homedir(), '.config');
  return join(config, 'autostart', 'earshot.desktop');
}

export function autostartEntry({ executable, arguments: given }: LoginProgram, environment: NodeJS.ProcessEnv): string {
  const home = environment['EARSHOT_HOME'] ?? '';
  const command = [...(home === '' ? [] : ['env', `EARSHOT_HOME=${home}`]), executable, ...given];
  return ['[Desktop Entry]', 'Type=Application', 'Name=Earshot', 'Comment=Private voice assistant', `Exec=${command.map(quoted).join(' ')}`, 'Terminal=false', ''].join('\n');
}

/** An argument of an Exec line: quoted as a shell would want it, its percent signs doubled, and its backslashes once more, as in every string of such a file. */
function quoted(argument: string): string {
  // A line break would begin a key of its own.
  if (/[\u0000-\u001f]/.test(argument)) throw new Error(`the path ${JSON.stringify(argument)} has a character that no such entry can hold.`);
  if (/^[\w./+@:=-]+$/.test(argument)) return argument;
  return `"${argument.replace(/["`$\\]/g, '\\$&')}"`.replaceAll('\\', '\\\\').replaceAll('%', '%%');
}

/** What a session starts to have this very Earshot: an AppImage runs from a folder that is gone after it. */
export function loginProgram(packaged: boolean, executable: string, given: readonly string[], environment: NodeJS.ProcessEnv): LoginProgram {
  const appImage = environment['APPIMAGE'] ?? '';
  if (packaged) return { executable: appImage === '' ? executable : appImage, arguments: [] };
  return { executable, arguments: given };
}
