import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { TurnEvent } from '../conversation/turn-event.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import type { ServiceState } from '../services/machine.ts';
import type { ServiceId } from '../services/service.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';
import type { CardFigures } from './card-figures.ts';
import type { ProcessFigures } from './process-figures.ts';

/** What is looked up only when somebody asks for the figures. */
export interface Observed {
  readonly services: readonly Pick<ServiceSnapshot, 'service' | 'state' | 'health'>[];
  readonly processes: readonly ProcessFigures[];
  readonly cards: readonly CardFigures[];
}

/** The figures of the whole app in Prometheus' notation. */
export interface Metrics {
  readonly onSupervisorEvent: (event: SupervisorEvent) => void;
  readonly onTurnEvent: (event: TurnEvent) => void;
  readonly contentType: string;
  readonly text: (observed: Observed) => Promise<string>;
}

export interface Build {
  readonly version: string;
  readonly platform: string;
}

type StateName = ServiceState['kind'] | 'resting';
const stateNames: readonly StateName[] = ['stopped', 'resting', 'starting', 'warming', 'ready', 'degraded', 'backing-off', 'stopping', 'failed'];
const outcomes = ['answered', 'interrupted', 'failed', 'asked-again'] as const;

const loadBuckets = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120];
const stageBuckets = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const turnBuckets = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 4, 6, 10, 20];
const delayBuckets = [0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60];

export function createMetrics(build: Build): Metrics {
  const registry = new Registry();
  const counted = countedMetrics(registry);
  const show = observedMetrics(registry);
  new Gauge({ name: 'earshot_build_info', help: 'Always 1; the version of Earshot and its platform are in the labels.', labelNames: ['version', 'platform'], registers: [registry] }).set({ ...build }, 1);
  return {
    ...counted,
    contentType: registry.contentType,
    text: (observed) => {
      show(observed);
      return registry.metrics();
    },
  };
}

/** What grows with each event. */
function countedMetrics(registry: Registry): Pick<Metrics, 'onSupervisorEvent' | 'onTurnEvent'> {
  const registers = [registry];
  const restarts = new Counter({ name: 'earshot_service_restarts_total', help: 'Starts of a service that ran before, by why it had ended.', labelNames: ['service', 'cause'], registers });
  const loads = new Histogram({ name: 'earshot_service_load_seconds', help: 'Time from the start of a service until it was ready.', labelNames: ['service'], buckets: loadBuckets, registers });
  const stages = new Histogram({ name: 'earshot_turn_stage_seconds', help: 'Part of the wait for an answer that each stage took.', labelNames: ['stage'], buckets: stageBuckets, registers });
  const voiceToVoice = new Histogram({ name: 'earshot_voice_to_voice_seconds', help: 'Time from the end of a question to the first sound of its answer.', buckets: turnBuckets, registers });
  const turns = new Counter({ name: 'earshot_turns_total', help: 'Questions by what became of them.', labelNames: ['outcome'], registers });
  const delays = new Histogram({ name: 'earshot_turn_delay_seconds', help: 'Time that a question waited for a service that had stopped.', labelNames: ['service'], buckets: delayBuckets, registers });
  const causes = new Map<ServiceId, string>();
  // A rate needs to have seen the zero.
  for (const outcome of outcomes) turns.inc({ outcome }, 0);

  function onState({ service, from, to }: Extract<SupervisorEvent, { kind: 'state' }>): void {
    if (to !== 'starting') return;
    if (from === 'backing-off') restarts.inc({ service, cause: causes.get(service) ?? 'crash' });
    // Told to: the address of what it needs has changed, its card is back, or a person wished it.
    if (from === 'stopping' || from === 'failed') restarts.inc({ service, cause: 'asked' });
    causes.delete(service);
  }

  return {
    onSupervisorEvent: (event) => {
      if (event.kind === 'state') onState(event);
      if (event.kind === 'crashed') causes.set(event.service, event.cause);
      if (event.kind === 'ready') loads.observe({ service: event.service }, event.loadMs / 1_000);
    },
    onTurnEvent: (event) => {
      const outcome = outcomes.find((known) => known === event.kind);
      if (outcome !== undefined) turns.inc({ outcome });
      if (event.kind === 'engine-back' && event.service !== undefined && event.waitedMs !== undefined) delays.observe({ service: event.service }, event.waitedMs / 1_000);
      if (event.latency == null) return;
      const { voiceToVoiceMs, vadMs, turnMs, sttMs, llmMs, ttsMs } = event.latency;
      voiceToVoice.observe(voiceToVoiceMs / 1_000);
      for (const [stage, spentMs] of Object.entries({ vad: vadMs, turn: turnMs, stt: sttMs, llm: llmMs, tts: ttsMs })) stages.observe({ stage }, spentMs / 1_000);
    },
  };
}

/** What is as it is when somebody looks. */
function observedMetrics(registry: Registry): (observed: Observed) => void {
  const registers = [registry];
  const state = new Gauge({ name: 'earshot_service_state', help: '1 for the state that a service is in, 0 for every other.', labelNames: ['service', 'engine', 'model', 'device', 'state'], registers });
  const resident = new Gauge({ name: 'earshot_process_resident_bytes', help: 'Memory of the processes of a service.', labelNames: ['service'], registers });
  const openFiles = new Gauge({ name: 'earshot_process_open_files', help: 'Files and sockets that the processes of a service have open.', labelNames: ['service'], registers });
  const threads = new Gauge({ name: 'earshot_process_threads', help: 'Threads of the processes of a service.', labelNames: ['service'], registers });
  const used = new Gauge({ name: 'earshot_gpu_memory_used_bytes', help: 'Memory in use on a graphics card, by whose it is; "unknown" where the driver does not tell.', labelNames: ['uuid', 'name', 'whose'], registers });
  const total = new Gauge({ name: 'earshot_gpu_memory_total_bytes', help: 'Memory of a graphics card.', labelNames: ['uuid', 'name'], registers });
  const utilisation = new Gauge({ name: 'earshot_gpu_utilisation_ratio', help: 'Share of the time that a graphics card was at work.', labelNames: ['uuid'], registers });

  return ({ services, processes, cards }) => {
    // What was there at the last look may be gone.
    for (const gauge of [state, resident, openFiles, threads, used, total, utilisation]) gauge.reset();
    for (const snapshot of services) {
      const { id, engine, model, device } = snapshot.service;
      const labels = { service: id, engine, model, device: snapshot.health?.device ?? device };
      for (const name of stateNames) state.set({ ...labels, state: name }, name === stateName(snapshot.state) ? 1 : 0);
    }
    for (const { service, residentBytes, openFiles: files, threads: count } of processes) {
      resident.set({ service }, residentBytes);
      if (files !== null) openFiles.set({ service }, files);
      if (count !== null) threads.set({ service }, count);
    }
    for (const { uuid, name, totalBytes, usedBytes, utilisation: ratio } of cards) {
      if (totalBytes !== null) total.set({ uuid, name }, totalBytes);
      for (const [whose, bytes] of Object.entries(usedBytes)) used.set({ uuid, name, whose }, bytes);
      if (ratio !== null) utilisation.set({ uuid }, ratio);
    }
  };
}

function stateName(state: ServiceState): StateName {
  return state.kind === 'stopped' && state.because === 'idle' ? 'resting' : state.kind;
}
