/** What a session's systemd starts. */
export interface UnitFacts {
  /** Program and arguments; the program by its absolute path. */
  readonly command: readonly [string, ...string[]];
  /** Variables that decide which folders it works in, and which servers it reaches. */
  readonly environment: Readonly<Record<string, string>>;
}

export const unitName = 'earshot.service';

/**
 * The unit that keeps `earshot serve` running in a person's session. Stops take five seconds by promise (P5), so fifteen
 * mean that something hangs; "mixed" leaves the order of the end to us and kills afterwards whatever is left.
 */
export function unitText({ command, environment }: UnitFacts): string {
  // systemd takes no program whose path has a quote or a backslash; as an argument it may have them.
  const [program, ...given]: UnitFacts['command'] = /^[^"'\\\p{Cc}]+$/u.test(command[0]) ? command : ['/usr/bin/env', ...command];
  return [
    '# Written by "earshot serve --at-login on"; "earshot serve --at-login off" removes it.',
    '[Unit]',
    'Description=Earshot, a private voice assistant (without a window)',
    '# Five ends by a fault within ten minutes: another start would not mend it.',
    'StartLimitIntervalSec=600',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=exec',
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `ExecStart=${[quoted(program), ...given.map((argument) => quoted(argument).replaceAll('$', '$$$$'))].join(' ')}`,
    'Restart=on-failure',
    'RestartSec=5',
    '# 2: the command line is wrong, which no other start mends. 130: it was stopped while it was still setting up.',
    'RestartPreventExitStatus=2',
    'SuccessExitStatus=130',
    'KillMode=mixed',
    'TimeoutStopSec=15',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

/** One word of a unit file (systemd.syntax): in quotes, with escapes as in C, and no specifier in it. Only arguments know variables. */
function quoted(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `"${escaped.replaceAll('%', '%%')}"`;
}
