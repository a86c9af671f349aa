import type { ServiceRow } from '../../preload/contract.ts';
import type { Latency } from '../conversation/latency.ts';
import type { Plan } from '../plan/model.ts';
import type { ServiceState } from '../services/machine.ts';
import { serviceTitle } from '../services/names.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import type { ServiceId } from '../services/service.ts';
import { quantile } from '../telemetry/figures.ts';
import { placeWords } from './device-words.ts';
import type { DesktopState } from './state.ts';
import { shownState } from './supervision.ts';

/** The part of an answer's time that each service is accountable for. */
const stageOf: Readonly<Record<ServiceId, keyof Latency>> = { stt: 'sttMs', llm: 'llmMs', tts: 'ttsMs', conversation: 'voiceToVoiceMs' };

/** One service as the page shows it. */
export function serviceRow(snapshot: ServiceSnapshot, { exchanges, planned }: Pick<DesktopState, 'exchanges' | 'planned'>): ServiceRow {
  const { service, state } = snapshot;
  const plan = planned?.plan ?? null;
  const measured = exchanges.flatMap(({ latency, asked }) => (latency === null || asked === 'typed' ? [] : [latency[stageOf[service.id]]]));
  const details = [reasonOf(state), elsewhere(snapshot, plan)].filter((line) => line !== null);
  return {
    id: service.id,
    title: serviceTitle[service.id],
    state: shownState(state),
    detail: details.length === 0 ? null : details.join('\n'),
    engine: service.engine,
    model: service.model,
    device: plan?.gpus.find(({ uuid }) => uuid === service.device)?.name ?? service.device,
    p50Ms: measured.length === 0 ? null : quantile(measured, 0.5),
  };
}

/** Why it is in this state, where that is not plain. */
function reasonOf(state: ServiceState): string | null {
  switch (state.kind) {
    case 'backing-off':
    case 'failed':
    case 'degraded':
      return state.reason;
    case 'stopped':
      return state.because === 'idle' ? 'Loads again when you speak.' : null;
    case 'stopping':
      return state.then.kind === 'crash' ? state.then.reason : null;
    case 'starting':
    case 'warming':
    case 'ready':
      return null;
  }
}

/** That it does not run as it was planned, and why. */
function elsewhere({ service, planned, onFallback }: ServiceSnapshot, plan: Plan | null): string | null {
  if (onFallback === null) return null;
  const instead =
    service.device === planned.device
      ? `With ${service.model} instead of ${planned.model}`
      : `On ${placeWords(service.device, plan)} instead of ${placeWords(planned.device, plan)}`;
  return `${instead}, which failed: ${onFallback.fault.replaceAll('-', ' ')}.`;
}
