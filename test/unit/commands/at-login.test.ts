import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runAtLogin, unitPath, type AtLogin, type AtLoginSeams } from '../../../main/commands/at-login.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { recordedOutput } from './recorded-output.ts';

interface Session {
  readonly unit: string;
  readonly switchTo: (wish: AtLogin, seams?: Partial<AtLoginSeams>) => Promise<{ readonly code: number; readonly document: unknown; readonly text: string }>;
  readonly asked: readonly string[];
}

/** A person's session whose systemd takes everything. */
function session(named: Readonly<Record<string, string>> = {}): Session {
  const config = temporaryFolder();
  const asked: string[] = [];
  const environment = { XDG_CONFIG_HOME: config, EARSHOT_HOME: '/srv/earshot', HF_TOKEN: 'hf_secret', PYTHONPATH: '/srv/python', ...named };
  return {
    unit: join(config, 'systemd', 'user', 'earshot.service'),
    asked,
    switchTo: async (wish, seams) => {
      const { output, results } = recordedOutput();
      const code = await runAtLogin(output, wish, {
        platform: 'linux',
        environment,
        command: () => Promise.resolve(['/usr/bin/node', '/opt/cli.cjs', 'serve']),
        systemctl: (given) => {
          asked.push(given.join(' '));
          return Promise.resolve();
        },
        ...seams,
      });
      return { code, document: results[0]?.document, text: results[0]?.text ?? '' };
    },
  };
}

test('on: writes the unit with the folders that were named and nothing else of the shell, and has systemd take it', async () => {
  const { unit, switchTo, asked } = session();
  const { code, document } = await switchTo('on');
  const written = readFileSync(unit, 'utf8').split('\n');
  expect({ code, document, asked, environment: written.filter((line) => line.startsWith('Environment=')) }).toEqual({
    code: 0,
    document: { atLogin: 'on', unit, done: true, left: [], leftOut: [] },
    asked: ['daemon-reload', 'enable --now earshot.service'],
    environment: ['Environment="EARSHOT_HOME=/srv/earshot"', expect.stringContaining('XDG_CONFIG_HOME=') as unknown],
  });
});

test('on: what decides which servers are reached goes with it, quoted, and relative paths are made whole', async () => {
  const { unit, switchTo } = session({
    OLLAMA_HOST: 'http://10.0.0.7:11434',
    HTTPS_PROXY: 'http://proxy:8080/?a="b"%20c',
    https_proxy: 'proxy:8080',
    HTTP_PROXY: '',
    NO_PROXY: 'localhost, .example.org',
    SSL_CERT_FILE: 'company certificates.pem',
    NODE_EXTRA_CA_CERTS: '/etc/company.pem',
  });
  const { document } = await switchTo('on');
  const written = readFileSync(unit, 'utf8').split('\n').flatMap((line) => (/^Environment="(?!EARSHOT|XDG)/.test(line) ? [line.slice('Environment='.length)] : []));
  expect({ document, written }).toEqual({
    document: { atLogin: 'on', unit, done: true, left: [], leftOut: [] },
    written: [
      '"OLLAMA_HOST=http://10.0.0.7:11434"',
      '"HTTPS_PROXY=http://proxy:8080/?a=\\"b\\"%%20c"',
      '"NO_PROXY=localhost, .example.org"',
      '"https_proxy=proxy:8080"',
      `"SSL_CERT_FILE=${resolve('company certificates.pem')}"`,
      '"NODE_EXTRA_CA_CERTS=/etc/company.pem"',
    ],
  });
});

test('on: an address with a password stays out of the unit, and that is said', async () => {
  const { unit, switchTo } = session({ HTTPS_PROXY: 'http://me:secret@proxy', http_proxy: 'me:secret@proxy:8080' });
  const { document, text } = await switchTo('on');
  expect({ document, names: /secret|PROXY|proxy|TOKEN/.test(readFileSync(unit, 'utf8')), text }).toEqual({
    document: { atLogin: 'on', unit, done: true, left: [], leftOut: ['HTTPS_PROXY', 'http_proxy'] },
    names: false,
    text: expect.stringMatching(/\nHTTPS_PROXY holds a password.*systemctl --user edit earshot\.service\nhttp_proxy holds a password/) as unknown,
  });
});

test('off: ends what runs by it and removes it; once more is nothing to do', async () => {
  const { unit, switchTo, asked } = session();
  await switchTo('on');
  const first = await switchTo('off');
  const second = await switchTo('off');
  expect({ first: first.document, second: second.document, asked: asked.slice(2), left: existsSync(unit) }).toEqual({
    first: { atLogin: 'off', unit, done: true, left: [] },
    second: { atLogin: 'off', unit, done: true, left: [] },
    asked: ['disable --now earshot.service', 'daemon-reload'],
    left: false,
  });
});

test.each<[string, Error, RegExp]>([
  ['without systemd', Object.assign(new Error('spawn systemctl ENOENT'), { code: 'ENOENT' }), /this computer has no systemctl/],
  ['that has none running', Object.assign(new Error('failed'), { stderr: 'x\nFailed to connect to bus: No medium found\n' }), /Failed to connect to bus: No medium found/],
])('on a computer %s the unit is written, and what to say by hand is said', async (_title, problem, words) => {
  const { unit, switchTo } = session();
  const { code, document, text } = await switchTo('on', { systemctl: () => Promise.reject(problem) });
  expect({ code, document, text, written: existsSync(unit) }).toEqual({
    code: 0,
    document: { atLogin: 'on', unit, done: false, left: ['systemctl --user daemon-reload', 'systemctl --user enable --now earshot.service'], leftOut: [] },
    text: expect.stringMatching(words) as unknown,
    written: true,
  });
});

test('off works without a systemd as well', async () => {
  const { unit, switchTo } = session();
  await switchTo('on');
  const { code, document } = await switchTo('off', { systemctl: () => Promise.reject(new Error('Failed to connect to bus')) });
  expect({ code, document, left: existsSync(unit) }).toEqual({
    code: 0,
    document: { atLogin: 'off', unit, done: false, left: ['systemctl --user disable --now earshot.service', 'systemctl --user daemon-reload'] },
    left: false,
  });
});

test('on Windows it says that the tray app does it, and has not done it', async () => {
  const { switchTo, unit } = session();
  const { code, text } = await switchTo('on', { platform: 'win32' });
  expect({ code, text, written: existsSync(unit) }).toEqual({ code: 1, text: expect.stringMatching(/^On Windows .* tray app/) as unknown, written: false });
});

test('units lie in the folder that the session looks in', () => {
  expect([unitPath({ HOME: '/home/me' }), unitPath({ HOME: '/home/me', XDG_CONFIG_HOME: 'relative' }), unitPath({ HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' })]).toEqual([
    '/home/me/.config/systemd/user/earshot.service',
    '/home/me/.config/systemd/user/earshot.service',
    '/etc/me/systemd/user/earshot.service',
  ]);
});
