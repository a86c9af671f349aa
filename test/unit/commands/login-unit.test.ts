import { execa } from 'execa';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unitName, unitText } from '../../../main/commands/login-unit.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const plain = unitText({ command: ['/usr/bin/node', '/opt/earshot/dist/cli.cjs', 'serve'], environment: {} });

test('serves with the session, is started again after a fault, and not for ever', () => {
  const lines = plain.split('\n').filter((line) => line.includes('='));
  expect(lines).toEqual([
    'Description=Earshot, a private voice assistant (without a window)',
    'StartLimitIntervalSec=600',
    'StartLimitBurst=5',
    'Type=exec',
    'ExecStart="/usr/bin/node" "/opt/earshot/dist/cli.cjs" "serve"',
    'Restart=on-failure',
    'RestartSec=5',
    'RestartPreventExitStatus=2',
    'SuccessExitStatus=130',
    'KillMode=mixed',
    'TimeoutStopSec=15',
    'WantedBy=default.target',
  ]);
});

test('no path can end a word, a line or a value', () => {
  const text = unitText({ command: ['/opt/50% $HOME/node', '/a \\b"c', 'x$y', '%h\nType=oneshot'], environment: { EARSHOT_HOME: '/srv/ear shot/100%' } });
  expect(text.split('\n').filter((line) => /^(ExecStart|Environment|Type)=/.test(line))).toEqual([
    'Type=exec',
    'Environment="EARSHOT_HOME=/srv/ear shot/100%%"',
    'ExecStart="/opt/50%% $HOME/node" "/a \\\\b\\"c" "x$$y" "%%h\\x0aType=oneshot"',
  ]);
});

const verifier = await execa('systemd-analyze', ['--version'], { reject: false });
if (verifier.failed) console.log('Not checked with systemd itself: there is no systemd-analyze here.');

describe.skipIf(verifier.failed)('systemd itself', () => {
  /** What it says of a unit whose program lies in this folder. */
  async function verify(folder: string): Promise<unknown> {
    const home = temporaryFolder();
    const program = join(home, folder, 'node');
    mkdirSync(join(home, folder));
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const unit = join(home, unitName);
    writeFileSync(unit, unitText({ command: [program, join(home, folder, 'cli.cjs'), 'serve'], environment: { EARSHOT_HOME: join(home, folder) } }));
    const { exitCode, all } = await execa('systemd-analyze', ['verify', '--user', unit], { all: true, reject: false, env: { XDG_RUNTIME_DIR: home, HOME: home } });
    return { exitCode, complaints: all?.split('\n').filter((line) => line.includes(unitName)) };
  }

  test.each(['plain', 'with a space', '100%n', 'a $HOME', 'a "quote"', 'back\\slash'])('takes it where the program lies in a folder named %s', async (folder) => {
    expect(await verify(folder)).toEqual({ exitCode: 0, complaints: [] });
  });
});
