import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FaultError } from '../../platform/fault.ts';
import { serviceEnvironment } from '../../platform/process-environment.ts';

export const hearingRateHz = 16_000;
/** Bytes of one millisecond of 16 kHz s16le mono. */
export const bytesPerMs = (hearingRateHz * 2) / 1000;

/** The sound file at `path` as 16 kHz s16le mono; a fault that says why when it cannot be heard. */
export async function readRecording(path: string, python: string, root: string): Promise<Buffer> {
  requireFile(path);
  const result = await execa(python, ['-s', '-P', '-m', 'earshot.recording', path], {
    env: serviceEnvironment(process.env, { PYTHONPATH: join(root, 'python'), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' }),
    extendEnv: false,
    encoding: 'buffer',
    stdin: 'ignore',
    reject: false,
    // An hour of sound.
    maxBuffer: 3_700 * hearingRateHz * 2,
  });
  if (!result.failed) return result.stdout;
  const said = result.stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
  throw unreadable(path, said.startsWith('error: ') ? said.slice('error: '.length) : said);
}

/** Says that a file is missing before anything is started for it. */
export function requireFile(path: string): void {
  if (!existsSync(path)) throw unreadable(path, 'There is no such file.');
}

function unreadable(path: string, reason: string): FaultError {
  return new FaultError({
    id: 'recording-unreadable',
    title: `${basename(path)} cannot be heard.`,
    detail: reason,
    cure: 'Give a WAV file: any sample rate, mono or stereo, 8 to 32 bits or floating point.',
  });
}
