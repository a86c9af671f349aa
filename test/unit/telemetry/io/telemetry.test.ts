import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultSettings, type Settings } from '../../../../main/settings/schema.ts';
import type { Supervisor } from '../../../../main/services/io/supervisor.ts';
import { openTelemetry } from '../../../../main/telemetry/io/telemetry.ts';
import type { Telemetry } from '../../../../main/telemetry/telemetry.ts';
import { emptyPlan } from '../../plan/empty-plan.ts';
import { fakeSupervisor } from '../../services/snapshots.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { plantNvidiaSmi } from '../planted-nvidia-smi.ts';
import { parsePrometheus, valuesOf } from '../prometheus-text.ts';
import { openCollector } from './collector.ts';

interface Stand {
  readonly telemetry: Telemetry;
  readonly told: readonly string[];
  readonly journal: () => string;
}

async function open(own: Partial<Settings['telemetry']> = {}, serveMetrics: 'always' | 'when-asked' = 'always'): Promise<Stand> {
  const folder = temporaryFolder();
  const told: string[] = [];
  const telemetry = await openTelemetry({
    folders: { config: folder, data: folder, cache: folder, logs: join(folder, 'logs') },
    settings: { ...defaultSettings, telemetry: { ...defaultSettings.telemetry, ...own } },
    say: (line) => told.push(line),
    serveMetrics,
  });
  onTestFinished(() => telemetry.close());
  return { telemetry, told, journal: () => readFileSync(join(folder, 'logs', 'events.jsonl'), 'utf8') };
}

function supervisorOf(): Supervisor {
  return fakeSupervisor({ origin: 'http://127.0.0.1:1', token: '' }).supervisor;
}

async function scrape({ metricsUrl }: Telemetry): Promise<ReturnType<typeof parsePrometheus>> {
  if (metricsUrl === null) throw new Error('there are no figures');
  return parsePrometheus(await (await fetch(metricsUrl)).text());
}

const plan = { ...emptyPlan, gpus: [{ uuid: 'GPU-1', name: 'NVIDIA GeForce RTX 3050', use: true, reason: '' }] };
const latency = { vadMs: 200, turnMs: 50, sttMs: 300, llmMs: 400, ttsMs: 150, voiceToVoiceMs: 1_100 };

describe('telemetry', () => {
  test('shows the services that it follows, and none that it has left', async () => {
    const { telemetry } = await open();
    const before = await scrape(telemetry);
    const leave = telemetry.follow(supervisorOf(), plan);
    const meanwhile = await scrape(telemetry);
    leave();
    const after = await scrape(telemetry);
    const states = [before, meanwhile, after].map(({ samples }) => samples.filter(({ name, value }) => name === 'earshot_service_state' && value === 1).map(({ labels }) => `${labels['service'] ?? ''} ${labels['state'] ?? ''}`));
    expect([states, Object.keys(valuesOf(meanwhile, 'earshot_process_resident_bytes'))]).toEqual([[[], ['stt ready', 'llm ready', 'tts ready', 'conversation ready'], []], ['service=main']]);
  });

  test('asks the cards that services of ours run on, and none while they run on the processor', async (context) => {
    const { uuid, asked } = await plantNvidiaSmi(context);
    const { telemetry } = await open();
    const supervisor = supervisorOf();
    let isOnCard = false;
    function snapshot(): ReturnType<Supervisor['snapshot']> {
      return supervisor.snapshot().map((one) => (isOnCard && one.service.id === 'stt' ? { ...one, pid: process.pid, service: { ...one.service, device: uuid } } : one));
    }
    telemetry.follow({ ...supervisor, snapshot }, plan);
    const before = Object.keys(valuesOf(await scrape(telemetry), 'earshot_gpu_memory_used_bytes'));
    const askedBefore = asked();
    isOnCard = true;
    const figures = await scrape(telemetry);
    await scrape(telemetry);
    expect({ before, askedBefore, used: Object.keys(valuesOf(figures, 'earshot_gpu_memory_used_bytes')), load: valuesOf(figures, 'earshot_gpu_utilisation_ratio'), asked: asked() }).toEqual({
      before: [],
      askedBefore: 0,
      used: [`uuid=${uuid} name=NVIDIA GeForce RTX 3060 whose=ours`, `uuid=${uuid} name=NVIDIA GeForce RTX 3060 whose=others`],
      load: { [`uuid=${uuid}`]: 0.37 },
      asked: 3,
    });
  });

  test('writes down and counts what happens, by the names of cards and with the turn it happened in', async () => {
    const { telemetry } = await open();
    telemetry.follow(supervisorOf(), plan);
    const heard: string[] = [];
    telemetry.onEntry(({ kind }) => heard.push(kind));
    telemetry.onTurnEvent({ kind: 'asked', turnId: '1.1', asked: 'spoken' });
    const inFlight = telemetry.turnInFlight();
    telemetry.onSupervisorEvent({ kind: 'crashed', service: 'tts', cause: 'killed', reason: 'it was killed', lines: [] });
    telemetry.onSupervisorEvent({ kind: 'state', service: 'tts', from: 'ready', to: 'backing-off' });
    telemetry.onSupervisorEvent({ kind: 'state', service: 'tts', from: 'backing-off', to: 'starting' });
    telemetry.onSupervisorEvent({ kind: 'ready', service: 'tts', loadMs: 1_000, device: 'GPU-1' });
    telemetry.onTurnEvent({ kind: 'answered', turnId: '1.1', latency });
    telemetry.onTurnEvent({ kind: 'ended', turnId: '1.1' });
    telemetry.note({ kind: 'card-back', severity: 'info', text: 'The graphics card is well again.' });
    const figures = await scrape(telemetry);
    expect({
      inFlight: [inFlight, telemetry.turnInFlight()],
      heard,
      recent: telemetry.recent().map(({ text, turn }) => [turn, text]),
      restarts: valuesOf(figures, 'earshot_service_restarts_total'),
      answered: valuesOf(figures, 'earshot_turns_total')['outcome=answered'],
    }).toEqual({
      inFlight: ['1.1', null],
      heard: ['crashed', 'restarted', 'ready', 'card-back'],
      recent: [
        ['1.1', 'The voice was ended from outside, by a person or by the system, which does so when memory runs out.'],
        ['1.1', 'The voice is being started again.'],
        ['1.1', 'The voice is ready on the NVIDIA GeForce RTX 3050, after 1.0 s.'],
        [undefined, 'The graphics card is well again.'],
      ],
      restarts: { 'service=tts cause=killed': 1 },
      answered: 1,
    });
  });

  test('writes down no failure, and counts none, when a question waits for a service that had rested', async () => {
    const { telemetry } = await open();
    telemetry.onSupervisorEvent({ kind: 'rested', service: 'llm' });
    telemetry.onSupervisorEvent({ kind: 'woken', service: 'llm' });
    telemetry.onTurnEvent({ kind: 'asked', turnId: '1.1', asked: 'spoken' });
    telemetry.onTurnEvent({ kind: 'engine-lost', turnId: '1.1', service: 'llm' });
    telemetry.onSupervisorEvent({ kind: 'ready', service: 'llm', loadMs: 1_000, device: 'cpu' });
    telemetry.onTurnEvent({ kind: 'engine-back', turnId: '1.1', service: 'llm', waitedMs: 1_100 });
    telemetry.onTurnEvent({ kind: 'answered', turnId: '1.1', latency });
    telemetry.onTurnEvent({ kind: 'ended', turnId: '1.1' });
    expect({ delays: valuesOf(await scrape(telemetry), 'earshot_turn_delay_seconds_count'), recent: telemetry.recent().map(({ kind, severity }) => `${kind} ${severity}`) }).toEqual({
      delays: {},
      recent: ['rested info', 'woken info', 'waiting info', 'ready info'],
    });
  });

  test('lets out no word that was said: not into the journal, the figures or a trace', async () => {
    const collector = await openCollector();
    const { telemetry, journal } = await open({ otlpEndpoint: collector.endpoint });
    const words = 'my neighbour is a spy';
    telemetry.onTurnEvent({ kind: 'asked', turnId: '1.1', asked: 'spoken' });
    telemetry.onTurnEvent({ kind: 'engine-lost', turnId: '1.1', service: 'llm', reason: words });
    telemetry.onSupervisorEvent({ kind: 'crashed', service: 'llm', cause: 'crash', reason: `bad prompt "${words}"`, lines: [words] });
    telemetry.onSupervisorEvent({ kind: 'gave-up', service: 'llm', reason: `bad prompt '${words}'` });
    telemetry.onTurnEvent({ kind: 'failed', turnId: '1.1', service: 'llm', reason: words });
    telemetry.onTurnEvent({ kind: 'ended', turnId: '1.1' });
    const figures = await (await fetch(telemetry.metricsUrl ?? '')).text();
    await telemetry.close();
    expect([journal().split('\n').length, collector.spans().map(({ name }) => name)]).toEqual([5, ['wait for llm', 'voice turn']]);
    expect(`${journal()}${figures}${collector.text()}`).not.toMatch(/neighbour|spy/);
  });

  test('goes on without its collector, and says so once', async () => {
    const { telemetry, told } = await open({ otlpEndpoint: 'http://127.0.0.1:9' }, 'when-asked');
    for (let turn = 0; turn < 3; turn += 1) {
      telemetry.onTurnEvent({ kind: 'answered', turnId: `1.${turn}`, latency });
      telemetry.onTurnEvent({ kind: 'ended', turnId: `1.${turn}` });
    }
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(1);
    telemetry.onTurnEvent({ kind: 'answered', turnId: '2.1', latency });
    await telemetry.close();
    expect(told).toEqual([expect.stringContaining('collector at http://127.0.0.1:9')]);
  });

  test('opens no port that nobody asked for', async () => {
    const quiet = await open({}, 'when-asked');
    const chosen = await open();
    const port = Number(new URL(chosen.telemetry.metricsUrl ?? '').port);
    await chosen.telemetry.close();
    const asked = await open({ metricsPort: port }, 'when-asked');
    expect([quiet.telemetry.metricsUrl, asked.telemetry.metricsUrl, asked.told]).toEqual([null, `http://127.0.0.1:${port}/metrics`, []]);
  });
});
