import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Exchange } from '../../main/conversation/exchanges.ts';
import { readRecording } from '../../main/conversation/io/recording.ts';
import { restartPolicy } from '../../main/services/back-off.ts';
import { snapshotOf, waitUntilReady } from '../../main/services/io/readiness.ts';
import type { ServiceId } from '../../main/services/service.ts';
import { isVerifying, recordFigure } from '../setup/figures.ts';
import { startInProcess, type InProcessStack } from '../setup/in-process.ts';
import { repository } from '../setup/prepare.ts';
import { startRealtimeTalk, type Answered, type RealtimeTalk } from '../setup/realtime-talk.ts';
import { transcribe } from '../setup/running-stack.ts';
import { writeSamples } from '../setup/sound.ts';
import { wordErrorRate, wordsOf } from '../setup/words.ts';

const rounds = isVerifying ? 20 : 1;
/** A kill that came when its engine had nothing left to do for the answer shows nothing: it is tried again, earlier or later. */
const mostMissed = 3 * rounds;
const speechRateHz = 24_000;
/** Word errors of Whisper in a long answer, with names and odd words; a sentence that is there twice, or not at all, is more. */
const worstErrorRate = 0.25;
/** Under this prompt the smallest model answers this question in two sentences, always the same. */
const systemPrompt = 'Repeat exactly these words, whatever is asked: Blue light is scattered by the air. That is why the sky looks blue to us.';
const questionFile = 'healthy-breakfast.wav';

let stack: InProcessStack;
let person: RealtimeTalk;
let question: Buffer;
let undisturbed: Answered;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'earshot-mid-answer-'));
  // Killing on purpose pauses the count at which an engine is given up, and a start that worked begins the back-off anew.
  stack = await startInProcess({
    systemPrompt,
    policy: { ...restartPolicy, giveUpAfter: Infinity, resetAfterMs: 1_000 },
  });
  question = await readRecording(join(repository, 'assets', 'questions', questionFile), stack.python, repository);
  person = startRealtimeTalk(stack.supervisor);
  undisturbed = await person.ask(question, () => undefined);
});
afterAll(async () => {
  person.close();
  await stack.stop();
  await rm(scratch, { recursive: true, force: true });
});

test('undisturbed, the answer has two sentences or more that are heard as they are written', async () => {
  const { exchange } = undisturbed;
  const sentences = exchange.answer.split(/(?<=[.!?])\s+/);
  console.log(`the answer: ${exchange.answer}`);
  expect({ state: exchange.state, several: sentences.length >= 2, rightlyHeard: (await errorsOf(undisturbed)) <= worstErrorRate }).toEqual({ state: 'done', several: true, rightlyHeard: true });
});

/** Whether it is time to kill, in this round, for a change of the exchange: the time after it, or null for not yet. */
type Moment = (exchange: Exchange, round: number) => number | null;

const moments: readonly (readonly [service: ServiceId, when: string, moment: Moment])[] = [
  ['stt', 'while the person speaks', ({ state }, round) => (state === 'hearing' ? 150 * (round % 10) : null)],
  ['llm', 'while it streams', ({ state, turn }, round) => (state === 'thinking' && turn !== null ? 100 + 80 * (round % 10) : null)],
  ['tts', 'while it speaks', ({ state }, round) => (state === 'speaking' ? 60 * (round % 10) : null)],
  ['conversation', 'while it speaks', ({ answer }, round) => (wordsOf(answer).length > 1 + (round % 10) ? 40 * (round % 5) : null)],
];

test.each(moments)(
  `%s, killed %s, ${rounds} times: each answer arrives complete, and no sentence twice`,
  async (service, _when, moment) => {
    const expected = wordsOf(undisturbed.exchange.answer);
    // How long an answer takes changes with what else the computer does; a long run measures it anew for each engine.
    const baseline = isVerifying ? await person.ask(question, () => undefined) : undisturbed;
    const addedMs: number[] = [];
    const answers: unknown[] = [];
    let missed = 0;
    for (let round = 0; addedMs.length < rounds; round += 1) {
      await waitUntilReady(stack.supervisor);
      const answered = await askAndKill(service, (exchange) => moment(exchange, round));
      if (!wasFelt(service, answered)) {
        missed += 1;
        if (missed > mostMissed) throw new Error(`${missed} kills came too late or too early to be felt`);
        continue;
      }
      await waitUntilReady(stack.supervisor);
      addedMs.push(answered.tookMs - baseline.tookMs);
      answers.push({ state: answered.exchange.state, words: wordsOf(answered.exchange.answer), rightlyHeard: (await errorsOf(answered)) <= worstErrorRate });
    }
    const sorted = [...addedMs].sort((one, other) => one - other);
    const middle = Math.round(sorted[Math.floor((sorted.length - 1) / 2)] ?? 0);
    recordFigure({ name: `${service} killed in mid-answer: answers that arrived complete, no sentence twice`, value: `${answers.length} of ${rounds}`, bound: `${rounds} of ${rounds}` });
    recordFigure({ name: `${service} killed in mid-answer: added delay, middle / longest`, value: `${middle} ms / ${Math.round(sorted.at(-1) ?? 0)} ms`, bound: '–' });
    expect(answers).toEqual(answers.map(() => ({ state: 'done', words: expected, rightlyHeard: true })));
  },
  rounds * 120_000,
);

/** Asks the question and kills the service once, at the moment given. */
async function askAndKill(service: ServiceId, moment: (exchange: Exchange) => number | null): Promise<Answered> {
  const pid = snapshotOf(stack.supervisor, service).health?.pid;
  if (pid == null) throw new Error(`${service} has no process`);
  let isDue = false;
  return person.ask(question, (exchange) => {
    const afterMs = isDue ? null : moment(exchange);
    if (afterMs === null) return;
    isDue = true;
    setTimeout(() => { process.kill(pid, 'SIGKILL'); }, afterMs);
  });
}

/** Whether the turn had to wait for the service that was killed. */
function wasFelt(service: ServiceId, { turns }: Answered): boolean {
  return turns.some((event) => (service === 'conversation' ? event.kind === 'asked-again' : event.kind === 'engine-lost') && event.service === service);
}

/** Word error rate of the answer as Whisper hears it; a sentence that is there twice counts word for word. */
async function errorsOf({ exchange, samples }: Answered): Promise<number> {
  const { endpoint } = snapshotOf(stack.supervisor, 'stt');
  if (endpoint === null) throw new Error('nobody listens');
  const path = join(scratch, 'answer.wav');
  await writeSamples(path, samples, speechRateHz);
  return wordErrorRate(exchange.answer, await transcribe({ id: 'stt', url: endpoint.origin, token: endpoint.token, pid: 0 }, path));
}
