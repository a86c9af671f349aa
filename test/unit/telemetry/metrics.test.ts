import { describe, expect, test } from 'vitest';
import type { ServiceState } from '../../../main/services/machine.ts';
import { createMetrics, type Metrics, type Observed } from '../../../main/telemetry/metrics.ts';
import { servicesIn } from '../services/snapshots.ts';
import { parsePrometheus, valuesOf } from './prometheus-text.ts';

const nothing: Observed = { services: [], processes: [], cards: [] };

function metrics(): Metrics {
  return createMetrics({ version: '1.2.3', platform: 'linux' });
}

/** The states of the language model that are 1, of all that are told. */
async function stateShown(state: ServiceState): Promise<readonly string[]> {
  const shown = parsePrometheus(await metrics().text({ ...nothing, services: servicesIn({ llm: state }) }));
  return shown.samples.filter(({ name, labels, value }) => name === 'earshot_service_state' && labels['service'] === 'llm' && value === 1).map(({ labels }) => labels['state'] ?? '');
}

describe('the figures for Prometheus', () => {
  test('follow its rules for names: a unit, and _total for what only grows', async () => {
    const { types } = parsePrometheus(await metrics().text(nothing));
    expect(Object.fromEntries(types)).toEqual({
      earshot_build_info: 'gauge',
      earshot_gpu_memory_total_bytes: 'gauge',
      earshot_gpu_memory_used_bytes: 'gauge',
      earshot_gpu_utilisation_ratio: 'gauge',
      earshot_process_open_files: 'gauge',
      earshot_process_resident_bytes: 'gauge',
      earshot_process_threads: 'gauge',
      earshot_service_load_seconds: 'histogram',
      earshot_service_restarts_total: 'counter',
      earshot_service_state: 'gauge',
      earshot_turn_delay_seconds: 'histogram',
      earshot_turn_stage_seconds: 'histogram',
      earshot_turns_total: 'counter',
      earshot_voice_to_voice_seconds: 'histogram',
    });
  });

  test('name the build', async () => {
    expect(valuesOf(parsePrometheus(await metrics().text(nothing)), 'earshot_build_info')).toEqual({ 'version=1.2.3 platform=linux': 1 });
  });

  test.each<[ServiceState, string]>([
    [{ kind: 'stopped', because: 'asked' }, 'stopped'],
    [{ kind: 'stopped', because: 'idle' }, 'resting'],
    [{ kind: 'starting', sinceMs: 0 }, 'starting'],
    [{ kind: 'warming', sinceMs: 0 }, 'warming'],
    [{ kind: 'ready', sinceMs: 0 }, 'ready'],
    [{ kind: 'degraded', sinceMs: 0, reason: '' }, 'degraded'],
    [{ kind: 'backing-off', untilMs: 0, reason: '' }, 'backing-off'],
    [{ kind: 'stopping', then: { kind: 'stay' } }, 'stopping'],
    [{ kind: 'failed', reason: '' }, 'failed'],
  ])('tell the one state a service is in: %j', async (state, expected) => {
    expect(await stateShown(state)).toEqual([expected]);
  });

  test('forget what is not there any more', async () => {
    const own = metrics();
    await own.text({ services: servicesIn(), processes: [{ service: 'stt', residentBytes: 5, openFiles: 3, threads: 2 }], cards: [] });
    const { samples } = parsePrometheus(await own.text(nothing));
    expect(samples.filter(({ labels }) => labels['service'] === 'stt')).toEqual([]);
  });

  test('count restarts by why the service had ended, and no first start', async () => {
    const own = metrics();
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'stopped', to: 'starting' });
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'ready', to: 'backing-off' });
    own.onSupervisorEvent({ kind: 'crashed', service: 'stt', cause: 'hung', reason: '', lines: [] });
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'backing-off', to: 'starting' });
    own.onSupervisorEvent({ kind: 'crashed', service: 'stt', cause: 'device', reason: '', lines: [] });
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'ready', to: 'backing-off' });
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'backing-off', to: 'starting' });
    own.onSupervisorEvent({ kind: 'state', service: 'stt', from: 'stopping', to: 'starting' });
    expect(valuesOf(parsePrometheus(await own.text(nothing)), 'earshot_service_restarts_total')).toEqual({ 'service=stt cause=hung': 1, 'service=stt cause=device': 1, 'service=stt cause=asked': 1 });
  });

  test('hold the times of turns in seconds', async () => {
    const own = metrics();
    const latency = { vadMs: 200, turnMs: 50, sttMs: 300, llmMs: 400, ttsMs: 150, voiceToVoiceMs: 1_100 };
    own.onTurnEvent({ kind: 'asked', turnId: '1.1' });
    own.onTurnEvent({ kind: 'engine-lost', turnId: '1.1', service: 'llm' });
    own.onTurnEvent({ kind: 'engine-back', turnId: '1.1', service: 'llm', waitedMs: 2_500 });
    own.onTurnEvent({ kind: 'answered', turnId: '1.1', latency });
    own.onTurnEvent({ kind: 'ended', turnId: '1.1' });
    own.onTurnEvent({ kind: 'failed', turnId: '1.2' });
    own.onSupervisorEvent({ kind: 'ready', service: 'tts', loadMs: 3_000, device: 'cpu' });
    const text = parsePrometheus(await own.text(nothing));
    const buckets = valuesOf(text, 'earshot_voice_to_voice_seconds_bucket');
    expect({
      turns: valuesOf(text, 'earshot_turns_total'),
      stages: valuesOf(text, 'earshot_turn_stage_seconds_sum'),
      heard: [buckets['le=1'], buckets['le=1.2'], buckets['le=+Inf']],
      delay: valuesOf(text, 'earshot_turn_delay_seconds_sum'),
      load: valuesOf(text, 'earshot_service_load_seconds_sum'),
    }).toEqual({
      turns: { 'outcome=answered': 1, 'outcome=interrupted': 0, 'outcome=failed': 1, 'outcome=asked-again': 0 },
      stages: { 'stage=vad': 0.2, 'stage=turn': 0.05, 'stage=stt': 0.3, 'stage=llm': 0.4, 'stage=tts': 0.15 },
      heard: [0, 1, 1],
      delay: { 'service=llm': 2.5 },
      load: { 'service=tts': 3 },
    });
  });

  test('show memory, load and processes', async () => {
    const text = parsePrometheus(
      await metrics().text({
        services: [],
        processes: [{ service: 'stt', residentBytes: 1_048_576, openFiles: 30, threads: 12 }, { service: 'main', residentBytes: 7, openFiles: null, threads: null }],
        cards: [{ uuid: 'GPU-1', name: 'A "card"', totalBytes: 400, usedBytes: { ours: 100, others: 50 }, utilisation: 0.25 }, { uuid: 'GPU-2', name: 'Another', totalBytes: null, usedBytes: {}, utilisation: null }],
      }),
    );
    expect({
      resident: valuesOf(text, 'earshot_process_resident_bytes'),
      files: valuesOf(text, 'earshot_process_open_files'),
      threads: valuesOf(text, 'earshot_process_threads'),
      used: valuesOf(text, 'earshot_gpu_memory_used_bytes'),
      total: valuesOf(text, 'earshot_gpu_memory_total_bytes'),
      load: valuesOf(text, 'earshot_gpu_utilisation_ratio'),
    }).toEqual({
      resident: { 'service=stt': 1_048_576, 'service=main': 7 },
      files: { 'service=stt': 30 },
      threads: { 'service=stt': 12 },
      used: { 'uuid=GPU-1 name=A "card" whose=ours': 100, 'uuid=GPU-1 name=A "card" whose=others': 50 },
      total: { 'uuid=GPU-1 name=A "card"': 400 },
      load: { 'uuid=GPU-1': 0.25 },
    });
  });
});
