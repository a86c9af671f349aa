import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processTree, startEarshot } from '../setup/earshot.ts';
import { isVerifying } from '../setup/figures.ts';
import { repository } from '../setup/prepare.ts';

const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');
const engines = [
  { id: 'stt', module: 'earshot.engines.whisper', title: 'speech recognition' },
  { id: 'llm', module: 'earshot.engines.llama', title: 'language model' },
  { id: 'tts', module: 'earshot.engines.kokoro', title: 'voice' },
  { id: 'conversation', module: 'earshot.conversation', title: 'conversation' },
];

test.each(engines)('talk fails and names the $title when it is killed for good', async ({ id, module, title }) => {
  const talk = startEarshot(['talk', question, '--json']);
  const main = talk.pid ?? 0;
  const killer = setInterval(() => {
    for (const entry of processTree(main)) {
      const isEngine = entry.command.includes(`-m ${module} `) && !entry.command.includes('shim.py');
      if (isEngine) process.kill(entry.pid, 'SIGKILL');
    }
  }, 50);
  try {
    const { exitCode, stdout } = await talk;
    const { error } = JSON.parse(stdout) as { error: { id: string; service: string; title: string } };
    expect({ exitCode, id: error.id, service: error.service, named: error.title.includes(title) }).toEqual({
      exitCode: 1,
      id: 'process-crashed',
      service: id,
      named: true,
    });
  } finally {
    clearInterval(killer);
  }
});

if (!isVerifying) console.log('One engine at a time killed in the middle of a talk: "npm run verify" only; mid-answer.test.ts does it here, in real time.');

test.skipIf(!isVerifying).each(engines)('talk still answers when the $title dies once in the middle of it', async ({ module }) => {
  const talk = startEarshot(['talk', question, '--json']);
  const main = talk.pid ?? 0;
  let ready = '';
  talk.stderr?.on('data', (chunk: Buffer) => (ready += chunk.toString('utf8')));
  let killed = false;
  const killer = setInterval(() => {
    if (killed || !ready.includes('conversation (smart-turn-v3.2, cpu): ready')) return;
    for (const entry of processTree(main)) {
      if (!entry.command.includes(`-m ${module} `) || entry.command.includes('shim.py')) continue;
      process.kill(entry.pid, 'SIGKILL');
      killed = true;
    }
  }, 20);
  try {
    const { exitCode, stdout } = await talk;
    expect({ killed, exitCode, answered: (JSON.parse(stdout) as { reply?: string }).reply?.includes('Paris') }).toEqual({
      killed: true,
      exitCode: 0,
      answered: true,
    });
  } finally {
    clearInterval(killer);
  }
});

test('talk still answers when everything dies at once in the middle of it', async () => {
  const talk = startEarshot(['talk', question, '--json']);
  const main = talk.pid ?? 0;
  let said = '';
  let killed = 0;
  talk.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    if (killed > 0 || !engines.every(({ title }) => new RegExp(`${title} .*: ready`).test(said))) return;
    for (const entry of processTree(main)) {
      if (entry.pid === main || entry.command.includes('shim.py')) continue;
      process.kill(entry.pid, 'SIGKILL');
      killed += 1;
    }
  });
  const { exitCode, stdout } = await talk;
  expect({ killed, exitCode, answered: (JSON.parse(stdout) as { reply?: string }).reply?.includes('Paris') }).toEqual({
    killed: 4,
    exitCode: 0,
    answered: true,
  });
});
