import { execa } from 'execa';
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testHome } from '../setup/cache.ts';
import { earshot, earshotOffline } from '../setup/earshot.ts';
import { isVerifying, percent, recordFigure } from '../setup/figures.ts';
import { repository } from '../setup/prepare.ts';
import { speak, startStack } from '../setup/running-stack.ts';
import { foreignWav, samplesOf, writeSamples } from '../setup/sound.ts';
import { wordErrorRate } from '../setup/words.ts';

const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'earshot-input-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('a recording that cannot be heard is said in one sentence, before anything is started', () => {
  test.each([
    ['a missing file', 'missing.wav', null, 'There is no such file.'],
    ['a text', 'text.wav', Buffer.from('hello, I am a text file and no sound'), 'This is not a sound file that can be read'],
    ['a torn header', 'torn.wav', Buffer.from('RIFF\x10\0\0\0WAVEfmt '), 'This is not a sound file that can be read'],
    ['no bytes', 'nothing.wav', Buffer.alloc(0), 'This is not a sound file that can be read'],
    ['no samples', 'empty.wav', foreignWav(new Int16Array(0), 'float'), 'The sound is empty'],
  ])('%s', async (_title, name, content, reason) => {
    const path = join(scratch, name);
    if (content !== null) await writeFile(path, content);
    const { code, stdout, stderr } = await earshot(['talk', path]);
    expect({ code, stdout, said: stderr.includes(`${name} cannot be heard.\n${reason}`), helped: stderr.includes('Give a WAV file') }).toEqual({
      code: 1,
      stdout: '',
      said: true,
      helped: true,
    });
  });
});

/** Each starts a whole stack; what decodes them has tests of its own (test/python/audio). */
const formats = isVerifying ? (['u8', 'stereo-48k', 'float'] as const) : (['stereo-48k'] as const);

test.each(formats)('a %s WAV is understood like any other', async (format) => {
  const path = join(scratch, `${format}.wav`);
  await writeFile(path, foreignWav(await samplesOf(question), format));
  const { code, stdout, stderr } = await earshot(['talk', path, '--json']);
  expect(code, stderr).toBe(0);
  expect((JSON.parse(stdout) as { transcript: string }).transcript).toContain('capital of France');
});

test('ten minutes of silence are no question, and that is said', async () => {
  const path = join(scratch, 'silence.wav');
  await writeSamples(path, new Int16Array(600 * 16_000), 16_000);
  const { code, stdout, stderr } = await earshot(['talk', path, '--json']);
  const { transcript, turns, message } = JSON.parse(stdout) as { transcript: string; turns: unknown[]; message: string };
  expect({ code, transcript, turns, message }, stderr).toEqual({
    code: 1,
    transcript: '',
    turns: [],
    message: 'No speech was heard in this recording.',
  });
});

/** Longer than one window of the recogniser; `npm run verify` takes ten minutes. */
const longSpeechMinutes = isVerifying ? 10 : 0.6;

test(`${longSpeechMinutes * 60} seconds of speech without a pause lose no sentence`, async () => {
  const path = join(scratch, 'long.wav');
  const text = await writeLongSpeech(path, longSpeechMinutes * 60);
  const { code, stdout, stderr } = await earshot(['talk', path, '--json']);
  expect(code, stderr).toBe(0);
  const { transcript } = JSON.parse(stdout) as { transcript: string };
  const rate = wordErrorRate(text, transcript);
  recordFigure({ name: `${longSpeechMinutes * 60} seconds of speech without a pause (${text.split(' ').length} words), word error rate`, value: percent(rate), bound: '≤ 15 %' });
  expect(rate).toBeLessThanOrEqual(0.15);
});

test.each([
  ['an unknown command', ['sing']],
  ['an unknown option', ['talk', question, '--loudly']],
  ['no file', ['talk']],
  ['two files', ['talk', question, question]],
  ['an unknown bench', ['bench', 'nothing']],
])('%s ends with exit code 2 and the usage', async (_title, args) => {
  const { code, stdout, stderr } = await earshot(args);
  expect({ code, stdout, usage: stderr.includes('Usage: earshot') }).toEqual({ code: 2, stdout: '', usage: true });
});

test('wrong usage is one JSON document where JSON was asked for', async () => {
  const { code, stdout } = await earshot(['talk', '--json']);
  expect({ code, document: JSON.parse(stdout) as unknown }).toEqual({ code: 2, document: { error: { id: 'usage', title: '"earshot talk" takes FILE.wav.' } } });
});

test('a voice that does not exist is said, and another one speaks', async () => {
  const path = join(scratch, 'voice.json');
  await writeFile(path, '{"voice": "af_nobody"}');
  const { code, stdout, stderr } = await earshot(['talk', question, '--settings', path, '--json']);
  expect({ code, said: stderr.includes('There is no voice "af_nobody", so af_heart speaks.'), right: stdout.includes('Paris') }).toEqual({
    code: 0,
    said: true,
    right: true,
  });
});

test('settings that cannot be used are named and not replaced', async () => {
  const path = join(scratch, 'settings.json');
  await writeFile(path, '{"voice": 7}');
  const { code, stderr } = await earshot(['talk', question, '--settings', path]);
  expect({ code, named: stderr.includes(path), field: stderr.includes('voice') }).toEqual({ code: 1, named: true, field: true });
});

test('a damaged model file is never used: it is fetched again and the answer comes', async () => {
  await appendFile(join(testHome, 'data', 'models', 'kokoro-voices', 'af_heart.bin'), 'x');
  const { code, stdout, stderr } = await earshot(['talk', question, '--json']);
  expect({ code, said: stderr.includes('af_heart.bin on disk is damaged'), right: stdout.includes('Paris') }, stderr).toEqual({
    code: 0,
    said: true,
    right: true,
  });
});

const offline = await execa('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { reject: false });
if (offline.failed) console.log('skipped: starts without a network (this user may not make a network of its own)');

describe.skipIf(offline.failed)('without a network', () => {
  test('a first start says what is missing and that it goes on later', async () => {
    const { code, stderr } = await earshotOffline(['install'], { EARSHOT_HOME: join(scratch, 'offline') });
    expect({ code, said: stderr.includes('No network. Still missing: the installer tool uv.'), later: stderr.includes('start again') }, stderr).toEqual({
      code: 1,
      said: true,
      later: true,
    });
  });

  test('a start that was cut off keeps what it had, says what is missing, and goes on from there', async () => {
    const home = join(scratch, 'resumed');
    await mkdir(join(home, 'data', 'models'), { recursive: true });
    for (const kept of ['tools', 'environments', join('models', 'whisper-base'), join('models', 'silero-vad')]) {
      await cp(join(testHome, 'data', kept), join(home, 'data', kept), { recursive: true, preserveTimestamps: true });
    }
    const cut = await earshotOffline(['install'], { EARSHOT_HOME: home });
    expect({ code: cut.code, said: cut.stderr.includes('No network. Still missing: SmolLM2 135M language model (93.8 MiB).') }, cut.stderr).toEqual({
      code: 1,
      said: true,
    });
    const online = await earshot(['install', '--json'], { EARSHOT_HOME: home });
    const { steps } = JSON.parse(online.stdout) as { steps: { id: string; outcome: string }[] };
    expect(Object.fromEntries(steps.map((step) => [step.id, step.outcome]))).toMatchObject({
      uv: 'present',
      environment: 'present',
      'model:whisper-base': 'present',
      'model:smollm2-135m': 'done',
    });
  });
});

const small = await execa('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"'], { reject: false });
if (small.failed) console.log('skipped: a full disk (this user may not mount a small file system)');

test.skipIf(small.failed)('a full disk is said, and nothing half-written counts as installed', async () => {
  const home = join(scratch, 'full');
  await mkdir(home);
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'none', home]);
  try {
    const { code, stderr } = await earshot(['install'], { EARSHOT_HOME: home });
    const again = await earshot(['install'], { EARSHOT_HOME: home });
    expect({ code, again: again.code, said: /disk/i.test(stderr), helped: stderr.includes('Free some space') }, stderr).toEqual({
      code: 1,
      again: 1,
      said: true,
      helped: true,
    });
  } finally {
    await execa('umount', [home]);
  }
});

/** Speaks sentences without pauses between them, as often as fills `seconds`; returns what was said. */
async function writeLongSpeech(path: string, seconds: number): Promise<string> {
  const sentences = [
    'The harbor was quiet when the first boats came back from the sea,',
    'and the women on the pier counted the lamps one after the other,',
    'because a storm had been promised by the old man in the lighthouse,',
    'who had never been wrong in more than forty years of watching clouds,',
    'while the children played with a yellow dog between the empty baskets,',
    'until the baker opened his window and called that the bread was ready,',
    'so everybody forgot about the weather and walked slowly up the hill,',
    'where the school teacher was painting the door of the library green,',
    'with a brush that she had borrowed from the carpenter the day before,',
    'and nobody noticed that the wind had turned and was blowing from the north,',
    'except for the postman who held on to his hat and closed the garden gate,',
    'before he carried the last three letters to the house beside the mill,',
  ];
  const stack = await startStack();
  try {
    const spoken: Int16Array[] = [];
    for (const sentence of sentences) {
      const pcm = await speak(stack.service('tts'), sentence, 'af_heart');
      spoken.push(withoutPauses(new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length))));
    }
    const round = spoken.reduce((sum, samples) => sum + samples.length, 0);
    const rounds = Math.ceil((seconds * 24_000) / round);
    const all = new Int16Array(rounds * round);
    let at = 0;
    for (let count = 0; count < rounds; count += 1) {
      for (const samples of spoken) {
        all.set(samples, at);
        at += samples.length;
      }
    }
    await writeSamples(path, all, 24_000);
    return Array.from({ length: rounds }, () => sentences.join(' ')).join(' ');
  } finally {
    await stack.stop();
  }
}

/** The samples without stretches of silence longer than a tenth of a second, so that the voice detector never pauses. */
function withoutPauses(samples: Int16Array): Int16Array {
  const kept: number[] = [];
  let quiet = 0;
  for (const sample of samples) {
    quiet = Math.abs(sample) < 400 ? quiet + 1 : 0;
    if (quiet <= 2_400) kept.push(sample);
  }
  return Int16Array.from(kept);
}
