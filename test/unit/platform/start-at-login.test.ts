import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { autostartEntry, autostartFile, loginProgram, startAtLogin, startsAtLogin, type LoginMeans, type LoginProgram } from '../../../main/platform/start-at-login.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const program: LoginProgram = { executable: '/opt/Earshot/earshot', arguments: [] };

function linux(change: Partial<LoginMeans> = {}): LoginMeans {
  return { platform: 'linux', environment: { XDG_CONFIG_HOME: temporaryFolder() }, program, setLoginItem: () => true, ...change };
}

/** What the entry starts, as it stands in the file. */
function commandOf(given: LoginProgram, environment: NodeJS.ProcessEnv = {}): string | undefined {
  return /^Exec=(.*)$/m.exec(autostartEntry(given, environment))?.[1];
}

describe('on Linux', () => {
  test('an entry is written for the session, and removed again', async () => {
    const means = linux();
    const before = await startsAtLogin(means);
    const problem = await startAtLogin(true, means);
    const written = readFileSync(autostartFile(means.environment), 'utf8');
    const during = await startsAtLogin(means);
    expect({ before, problem, during, off: await startAtLogin(false, means), after: await startsAtLogin(means) }).toEqual({ before: false, problem: null, during: true, off: null, after: false });
    expect(written).toBe('[Desktop Entry]\nType=Application\nName=Earshot\nComment=Private voice assistant\nExec=/opt/Earshot/earshot\nTerminal=false\n');
  });

  test('removing what is not there is no fault', async () => {
    expect(await startAtLogin(false, linux())).toBeNull();
  });

  test('an entry of a program that has moved is not that program’s any more', async () => {
    const means = linux();
    await startAtLogin(true, means);
    expect(await startsAtLogin({ ...means, program: { executable: '/home/ada/Earshot.AppImage', arguments: [] } })).toBe(false);
  });

  test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])('an entry that a person switched off in their desktop (%s) is left as it is', async (line) => {
    const means = linux();
    const path = autostartFile(means.environment);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `[Desktop Entry]\nExec=/elsewhere\n${line}\n`);
    expect(await startsAtLogin(means)).toBe(true);
  });

  test('what cannot be written is said in words', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await startAtLogin(true, linux({ environment: { XDG_CONFIG_HOME: file } }))).toMatch(/^Earshot could not change what starts when you log in: /);
  });

  test.each([
    ['a path with a space', '/home/ada/My Apps/Earshot.AppImage', '"/home/ada/My Apps/Earshot.AppImage"'],
    ['what a shell would read', '/a/$b`c"d\\e', String.raw`"/a/\\$b\\` + '`' + String.raw`c\\"d\\\\e"`],
    ['a percent sign, which begins a field', '/a/100%/earshot', '"/a/100%%/earshot"'],
  ])('%s is quoted as the specification of such files asks', (_what, executable, expected) => {
    expect(commandOf({ executable, arguments: [] })).toBe(expected);
  });

  test('a path with a line break is refused, as the rest of it would be read as another key', async () => {
    expect(await startAtLogin(true, linux({ program: { executable: '/a\nHidden=true', arguments: [] } }))).toContain('a character that no such entry can hold');
  });

  test('one that keeps everything in a folder of its own is started with that folder', () => {
    expect(commandOf({ executable: '/opt/earshot', arguments: ['/srv/my app'] }, { EARSHOT_HOME: '/mnt/a b' })).toBe('env "EARSHOT_HOME=/mnt/a b" /opt/earshot "/srv/my app"');
  });

  test('the folder for such entries is the session’s own, and a relative one counts as none', () => {
    expect([{ XDG_CONFIG_HOME: '/x', HOME: '/home/ada' }, { XDG_CONFIG_HOME: 'x', HOME: '/home/ada' }, { HOME: '/home/ada' }].map(autostartFile)).toEqual([
      '/x/autostart/earshot.desktop',
      '/home/ada/.config/autostart/earshot.desktop',
      '/home/ada/.config/autostart/earshot.desktop',
    ]);
  });
});

describe('on Windows', () => {
  test('the system is told, and what it did not take is said', async () => {
    const told: unknown[] = [];
    const means = linux({ platform: 'win32', environment: {}, setLoginItem: (on, given) => told.push([on, given]) > 1 });
    expect([await startAtLogin(true, means), await startAtLogin(true, means), told]).toEqual([
      expect.stringContaining('Windows did not take the change'),
      null,
      [[true, program], [true, program]],
    ]);
  });

  test('one with a folder of its own says that it would not find it at login', async () => {
    const means = linux({ platform: 'win32', environment: { EARSHOT_HOME: 'D:\\earshot' } });
    expect(await startAtLogin(true, means)).toContain('EARSHOT_HOME');
  });
});

test('an AppImage is started from its file, an installed program by itself, a checkout with its folder', () => {
  expect([
    loginProgram(true, '/tmp/.mount_x/earshot', ['/tmp/.mount_x/app'], { APPIMAGE: '/home/ada/Earshot.AppImage' }),
    loginProgram(true, '/opt/Earshot/earshot', ['/opt/Earshot/app'], {}),
    loginProgram(false, '/cache/electron', ['/srv/earshot'], { APPIMAGE: '/home/ada/Code.AppImage' }),
  ]).toEqual([
    { executable: '/home/ada/Earshot.AppImage', arguments: [] },
    { executable: '/opt/Earshot/earshot', arguments: [] },
    { executable: '/cache/electron', arguments: ['/srv/earshot'] },
  ]);
});
