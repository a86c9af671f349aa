import { execa } from 'execa';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundledQuestions } from '../../main/conversation/io/questions.ts';
import { readRecording } from '../../main/conversation/io/recording.ts';
import { talk } from '../../main/conversation/io/talk.ts';
import { transcriptOf } from '../../main/conversation/talk.ts';
import { snapshotOf } from '../../main/services/io/readiness.ts';
import { isVerifying, percent, recordFigure } from '../setup/figures.ts';
import { startInProcess, type InProcessStack } from '../setup/in-process.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { speak } from '../setup/running-stack.ts';
import { samplesOf, seededRandom, withNoise, writeSamples } from '../setup/sound.ts';
import { wordErrors } from '../setup/words.ts';

interface Spoken {
  readonly text: string;
  readonly path: string;
}

const worstMeanRate = 0.15;
const perGroup = isVerifying ? 4 : 2;

let stack: InProcessStack;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'earshot-recognition-'));
  stack = await startInProcess();
});
afterAll(async () => {
  await stack.stop();
});

/** Mean word error rate over a group, each recording through the whole conversation. */
async function meanRate(title: string, group: readonly Spoken[]): Promise<number> {
  const rates: number[] = [];
  for (const { text, path } of group) {
    const recording = await readRecording(path, stack.python, repository);
    const heard = await talk({
      supervisor: stack.supervisor,
      recording,
      pace: 'lockstep',
      onTurn: () => undefined,
      signal: new AbortController().signal,
    });
    const { errors, words } = wordErrors(text, transcriptOf(heard));
    if (errors > 0) console.log(`  said "${text}", heard "${transcriptOf(heard)}"`);
    rates.push(errors / words);
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  recordFigure({ name: `mean word error rate, ${title} (${group.length})`, value: percent(mean), bound: '≤ 15 % over each dozen' });
  return mean;
}

test(`${isVerifying ? 'the bundled dozen is' : 'a third of the bundled dozen are'} understood`, async () => {
  const questions = await bundledQuestions(repository);
  expect(questions).toHaveLength(12);
  expect(await meanRate('bundled questions', isVerifying ? questions : questions.filter((_, index) => index % 3 === 0))).toBeLessThanOrEqual(worstMeanRate);
});

test(`${3 * perGroup} sentences made just now are understood: another voice, another synthesiser, noise`, async () => {
  const seed = Date.now() % 100_000;
  console.log(`seed of the sentences: ${seed}`);
  const random = seededRandom(seed);
  const sentences = Array.from({ length: 3 * perGroup }, () => sentence(random));
  const clean = await Promise.all(sentences.slice(0, perGroup).map((text, index) => byKokoro(text, index)));
  const robot: Spoken[] = [];
  for (const text of sentences.slice(perGroup, 2 * perGroup)) robot.push(await byEspeak(text, robot.length));
  const noisy: Spoken[] = [];
  for (const text of sentences.slice(2 * perGroup)) {
    const { path } = await byKokoro(text, 100 + noisy.length);
    const samples = withNoise(await samplesOf(path), 15, random);
    await writeSamples(path, samples, 24_000);
    noisy.push({ text, path });
  }
  const rates = [
    await meanRate('random sentences, Kokoro', clean),
    await meanRate('random sentences, espeak-ng', robot),
    await meanRate('random sentences, Kokoro in noise (15 dB)', noisy),
  ];
  expect(rates.reduce((sum, rate) => sum + rate, 0) / rates.length).toBeLessThanOrEqual(worstMeanRate);
});

const voices = ['af_bella', 'am_michael', 'bf_emma', 'bm_george'];

async function byKokoro(text: string, index: number): Promise<Spoken> {
  const { endpoint } = snapshotOf(stack.supervisor, 'tts');
  if (endpoint === null) throw new Error('Kokoro has no address');
  const pcm = await speak({ id: 'tts', url: endpoint.origin, token: endpoint.token, pid: 0 }, text, voices[index % voices.length] ?? 'af_bella');
  const speech = new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length));
  const samples = new Int16Array(speech.length + 24_000);
  samples.set(speech, 12_000);
  const path = join(scratch, `kokoro-${index}.wav`);
  await writeSamples(path, samples, 24_000);
  return { text, path };
}

async function byEspeak(text: string, index: number): Promise<Spoken> {
  const path = join(scratch, `espeak-${index}.wav`);
  await execa(await developerPython(), [join(repository, 'test', 'setup', 'espeak.py'), text, path]);
  return { text, path };
}

/** What people ask of an assistant, with holes: [template, words for each hole]. */
const requests: readonly (readonly [template: string, ...holes: readonly (readonly string[])[]])[] = [
  ['Please remind me to $1 $2.', ['call the doctor', 'feed the cat', 'pay the electric bill', 'clean the kitchen', 'write to my mother'], ['tomorrow morning', 'on Friday evening', 'after lunch', 'next week']],
  ['Could you turn off the $1 in the $2?', ['lights', 'heating', 'music', 'television'], ['living room', 'bedroom', 'kitchen', 'garage']],
  ['My $1 is going to $2 next $3.', ['sister', 'brother', 'father', 'best friend'], ['visit us', 'move to London', 'start a new job', 'travel to Japan'], ['weekend', 'summer', 'month', 'year']],
  ['How long does it take to $1 from $2 to $3?', ['fly', 'drive', 'travel by train'], ['Berlin', 'Paris', 'Madrid'], ['London', 'Rome', 'Vienna']],
  ['Tell me a story about a $1 and a $2.', ['dragon', 'young king', 'little robot', 'fisherman'], ['princess', 'black horse', 'magic mirror', 'talking tree']],
];

/** A sentence that nobody has spoken to us before. */
function sentence(random: () => number): string {
  function pick<T>(from: readonly T[]): T {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error('there is nothing to pick from');
    return found;
  }
  const [template, ...holes] = pick(requests);
  return holes.reduce((text, words, index) => text.replace(`$${index + 1}`, () => pick(words)), template);
}
