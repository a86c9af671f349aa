import { describe, expect, test } from 'vitest';
import type { TurnEvent } from '../../../main/conversation/turn-event.ts';
import type { Finding } from '../../../main/platform/finding.ts';
import type { SupervisorEvent } from '../../../main/services/supervisor-event.ts';
import { findingNote, supervisorNote, turnNote, type Note } from '../../../main/telemetry/journal.ts';

const finding: Finding = {
  fault: 'illegal-memory-access',
  severity: 'warning',
  title: 'The graphics card failed while the voice used it, so the voice now runs on the processor.',
  detail: 'Answers may take longer meanwhile.',
  evidence: ['RuntimeError: my neighbour is a spy'],
  remedies: [],
};

function cardName(uuid: string): string | null {
  return uuid === 'GPU-1' ? 'NVIDIA GeForce RTX 3050' : null;
}

function crashed(cause: Extract<SupervisorEvent, { kind: 'crashed' }>['cause'], reason: string): SupervisorEvent {
  return { kind: 'crashed', service: 'tts', cause, reason, lines: ['text was: my neighbour is a spy'] };
}

/** Each kind of event, each of its forms that reads differently, and what the journal says of it; null: nothing. */
const services: readonly (readonly [SupervisorEvent, Note | null])[] = [
  [{ kind: 'state', service: 'stt', from: 'stopped', to: 'starting' }, null],
  [{ kind: 'state', service: 'stt', from: 'starting', to: 'warming' }, null],
  [{ kind: 'state', service: 'stt', from: 'warming', to: 'ready' }, null],
  [{ kind: 'state', service: 'stt', from: 'ready', to: 'stopping' }, null],
  [{ kind: 'state', service: 'stt', from: 'stopping', to: 'stopped' }, null],
  [{ kind: 'state', service: 'stt', from: 'ready', to: 'backing-off' }, null],
  [{ kind: 'state', service: 'stt', from: 'backing-off', to: 'failed' }, null],
  [
    { kind: 'state', service: 'llm', from: 'ready', to: 'degraded' },
    { kind: 'late', service: 'llm', severity: 'warning', text: 'The language model does not react at the moment. Earshot gives it a little more time.' },
  ],
  [{ kind: 'state', service: 'llm', from: 'degraded', to: 'ready' }, { kind: 'on-time', service: 'llm', severity: 'info', text: 'The language model reacts again.' }],
  [{ kind: 'state', service: 'tts', from: 'backing-off', to: 'starting' }, { kind: 'restarted', service: 'tts', severity: 'info', text: 'The voice is being started again.' }],
  [{ kind: 'state', service: 'tts', from: 'stopping', to: 'starting' }, { kind: 'restarted', service: 'tts', severity: 'info', text: 'The voice is being started again.' }],
  [{ kind: 'state', service: 'tts', from: 'failed', to: 'starting' }, { kind: 'restarted', service: 'tts', severity: 'info', text: 'The voice is being started again.' }],
  [{ kind: 'spawned', service: 'tts', pid: 4711 }, null],
  [{ kind: 'ready', service: 'tts', loadMs: 2_340, device: 'cpu' }, { kind: 'ready', service: 'tts', severity: 'info', text: 'The voice is ready on the processor, after 2.3 s.' }],
  [{ kind: 'ready', service: 'stt', loadMs: 870, device: 'GPU-1' }, { kind: 'ready', service: 'stt', severity: 'info', text: 'The speech recognition is ready on the NVIDIA GeForce RTX 3050, after 870 ms.' }],
  [{ kind: 'ready', service: 'stt', loadMs: 870, device: 'GPU-2' }, { kind: 'ready', service: 'stt', severity: 'info', text: 'The speech recognition is ready on a graphics card, after 870 ms.' }],
  [{ kind: 'ready', service: 'llm', loadMs: 40, device: 'external' }, { kind: 'ready', service: 'llm', severity: 'info', text: 'The language model is ready on the server that you named, after 40 ms.' }],
  [
    crashed('device', 'CUDA error: an illegal memory access was encountered (its graphics card failed)'),
    {
      kind: 'crashed',
      service: 'tts',
      severity: 'warning',
      text: 'The voice stopped, because its graphics card failed.',
      detail: 'CUDA error: an illegal memory access was encountered (its graphics card failed)',
      fault: 'illegal-memory-access',
    },
  ],
  [
    crashed('no-answer', 'it does not answer'),
    { kind: 'crashed', service: 'tts', severity: 'warning', text: 'The server that the voice is to use cannot be used. Earshot goes on trying.', detail: 'it does not answer', fault: 'service-unreachable' },
  ],
  [
    crashed('out-of-memory', 'memory ran out'),
    { kind: 'crashed', service: 'tts', severity: 'warning', text: 'The voice stopped, because this computer ran out of memory.', detail: 'memory ran out', fault: 'process-killed-oom' },
  ],
  [
    crashed('killed', 'it was told to end (SIGTERM)'),
    {
      kind: 'crashed',
      service: 'tts',
      severity: 'warning',
      text: 'The voice was ended from outside, by a person or by the system, which does so when memory runs out.',
      detail: 'it was told to end (SIGTERM)',
    },
  ],
  [
    crashed('crash', 'it ended with exit code 3'),
    { kind: 'crashed', service: 'tts', severity: 'warning', text: 'The voice stopped unexpectedly.', detail: 'it ended with exit code 3', fault: 'process-crashed' },
  ],
  [
    crashed('gave-up', 'there is no "/models/kokoro.onnx" (it ended with exit code 1)'),
    {
      kind: 'crashed',
      service: 'tts',
      severity: 'warning',
      text: 'The voice could not load what it needs.',
      detail: 'there is no "/models/kokoro.onnx" (it ended with exit code 1)',
      fault: 'process-crashed',
    },
  ],
  [
    crashed('hung', 'it was silent for 6.4 s'),
    { kind: 'hung', service: 'tts', severity: 'warning', text: 'The voice did not react any more, so Earshot ended it.', detail: 'it was silent for 6.4 s', fault: 'service-hung' },
  ],
  [
    { kind: 'gave-up', service: 'llm', reason: 'it ended with exit code 1' },
    {
      kind: 'gave-up',
      service: 'llm',
      severity: 'error',
      text: 'The language model stopped again and again, so Earshot does not start it any more by itself.',
      detail: 'it ended with exit code 1',
      fault: 'process-crashed',
    },
  ],
  [
    { kind: 'fell-back', service: 'tts', from: 'GPU-1', to: 'cpu', finding },
    { kind: 'fell-back', service: 'tts', severity: 'warning', text: finding.title, detail: 'It moved from the NVIDIA GeForce RTX 3050 to the processor.', fault: 'illegal-memory-access' },
  ],
  [{ kind: 'returned', service: 'tts', device: 'GPU-1' }, { kind: 'returned', service: 'tts', severity: 'info', text: 'The voice is back on the NVIDIA GeForce RTX 3050.' }],
  [{ kind: 'rested', service: 'llm' }, { kind: 'rested', service: 'llm', severity: 'info', text: 'Nobody needed the language model for a while, so it gave its memory back.' }],
  [{ kind: 'woken', service: 'llm' }, { kind: 'woken', service: 'llm', severity: 'info', text: 'The language model is needed again and is being loaded.' }],
  [{ kind: 'finding', service: 'tts', finding }, { kind: 'finding', service: 'tts', severity: 'warning', text: finding.title, detail: finding.detail, fault: 'illegal-memory-access' }],
  [{ kind: 'resumed', afterMs: 61_000 }, { kind: 'resumed', severity: 'info', text: 'The computer slept for about 61 seconds, or stood still. Earshot makes sure that everything still works.' }],
  [{ kind: 'resumed', afterMs: 190_000 }, { kind: 'resumed', severity: 'info', text: 'The computer slept for about 3 minutes, or stood still. Earshot makes sure that everything still works.' }],
  [{ kind: 'resumed', afterMs: 28_800_000 }, { kind: 'resumed', severity: 'info', text: 'The computer slept for about 8 hours, or stood still. Earshot makes sure that everything still works.' }],
  [{ kind: 'resumed', afterMs: null }, { kind: 'resumed', severity: 'info', text: 'The computer slept, or stood still. Earshot makes sure that everything still works.' }],
  [
    { kind: 'reaped', pids: [41, 42] },
    { kind: 'reaped', severity: 'info', text: 'An Earshot that was ended abruptly had left something running. It was ended now.', detail: 'Process numbers: 41, 42.' },
  ],
];

const turns: readonly (readonly [TurnEvent, Note | null])[] = [
  [{ kind: 'asked', turnId: '3.12', asked: 'spoken' }, null],
  [{ kind: 'answered', turnId: '3.12', latency: null }, null],
  [{ kind: 'interrupted', turnId: '3.12', latency: null }, null],
  [{ kind: 'ended', turnId: '3.12' }, null],
  [
    { kind: 'failed', turnId: '3.12', service: 'llm', reason: 'no answer to: my neighbour is a spy' },
    { kind: 'turn-failed', turn: '3.12', service: 'llm', severity: 'error', text: 'A question got no answer, because the language model failed.' },
  ],
  [{ kind: 'failed', turnId: '3.12' }, { kind: 'turn-failed', turn: '3.12', severity: 'error', text: 'A question got no answer.' }],
  [
    { kind: 'engine-lost', turnId: '3.12', service: 'tts' },
    { kind: 'engine-lost', turn: '3.12', service: 'tts', severity: 'warning', text: 'The voice stopped in the middle of a question. The question is kept until it is back.' },
  ],
  [
    { kind: 'engine-back', turnId: '3.12', service: 'tts', waitedMs: 2_345 },
    { kind: 'engine-back', turn: '3.12', service: 'tts', severity: 'info', text: 'The voice is back after 2.3 s, and the question goes on.' },
  ],
  [{ kind: 'engine-back', turnId: '3.12' }, { kind: 'engine-back', turn: '3.12', severity: 'info', text: 'A part of Earshot is back, and the question goes on.' }],
  [
    { kind: 'asked-again', turnId: '3.12', service: 'stt', reason: 'no answer to: my neighbour is a spy' },
    { kind: 'asked-again', turn: '3.12', service: 'stt', severity: 'info', text: 'Earshot asked a question again by itself, because it had been interrupted before the answer was complete.' },
  ],
];

/** Grows with the unions: a kind without a row in the tables above does not compile, or does not pass. */
const kinds: Readonly<Record<SupervisorEvent['kind'] | TurnEvent['kind'], true>> = {
  state: true,
  spawned: true,
  ready: true,
  crashed: true,
  'gave-up': true,
  'fell-back': true,
  returned: true,
  rested: true,
  woken: true,
  finding: true,
  resumed: true,
  reaped: true,
  asked: true,
  answered: true,
  interrupted: true,
  failed: true,
  'asked-again': true,
  'engine-lost': true,
  'engine-back': true,
  ended: true,
};

const notes = [...services.map(([event]) => supervisorNote(event, cardName)), ...turns.map(([event]) => turnNote(event, false)), ...turns.map(([event]) => turnNote(event, true))];

describe('the journal', () => {
  test('has a word for every kind of event', () => {
    expect(new Set([...services, ...turns].map(([{ kind }]) => kind))).toEqual(new Set(Object.keys(kinds)));
  });

  test.each(services)('of a service: %j', (event, expected) => {
    expect(supervisorNote(event, cardName)).toEqual(expected);
  });

  test.each(turns)('of a turn: %j', (event, expected) => {
    expect(turnNote(event, false)).toEqual(expected);
  });

  test('of a turn that waits for a service that only rested: no failure', () => {
    expect([turnNote({ kind: 'engine-lost', turnId: '3.12', service: 'llm' }, true), turnNote({ kind: 'engine-back', turnId: '3.12', service: 'llm', waitedMs: 2_345 }, true)]).toEqual([
      { kind: 'waiting', turn: '3.12', service: 'llm', severity: 'info', text: 'The language model is being loaded. The question waits for it.' },
      null,
    ]);
  });

  test('speaks to a person who has never heard of CUDA', () => {
    const jargon = /cuda|\bgpu|\bcpu|vram|uuid|torch|kernel|\bstt\b|\bllm\b|\btts\b|\bpid|process\b|sig[a-z]{3,4}\b|exit|code|null|undefined|spawn|degraded|beat|otlp/i;
    const sentences = notes.flatMap((note) => (note === null ? [] : [note.text]));
    expect(sentences.filter((sentence) => jargon.test(sentence) || !/^[A-Z].*\.$/.test(sentence))).toEqual([]);
  });

  test('keeps nothing of what was said, whoever quotes it', () => {
    const quoting = ['"my neighbour is a spy"', "'my neighbour is a spy'", '“my neighbour is a spy”', '{"messages": [{"content": "my neighbour is a spy"}]}'];
    const more = quoting.flatMap((quoted) => [supervisorNote(crashed('crash', `it could not say ${quoted} (it ended with exit code 3)`), cardName), supervisorNote({ kind: 'gave-up', service: 'tts', reason: `bad input ${quoted}` }, cardName)]);
    expect(JSON.stringify([...notes, ...more, findingNote(finding)])).not.toMatch(/neighbour|spy/);
  });

  test('leaves an end without its quotes readable, and not endless', () => {
    const note = supervisorNote(crashed('crash', `it couldn't read 'a word' from '/home/me/a.bin'\n${'x'.repeat(1_000)}`), cardName);
    expect(note?.detail).toMatch(/^it couldn't read “…” from '\/home\/me\/a\.bin' x{250,}…$/);
  });
});
