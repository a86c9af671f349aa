import type { Exchange as ShownExchange, ServiceRow, Setup as ShownSetup, Snapshot, Transfer } from '../../preload/contract.ts';
import type { Exchange } from '../conversation/exchanges.ts';
import type { Latency } from '../conversation/latency.ts';
import { planText } from '../plan/explain.ts';
import type { ServiceState } from '../services/machine.ts';
import { serviceTitle } from '../services/names.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import type { ServiceId } from '../services/service.ts';
import { quantile } from '../telemetry/figures.ts';
import { enginesOf } from './engines.ts';
import { noticesOf } from './notices.ts';
import { readableShortcut } from './shortcut-text.ts';
import type { DesktopState } from './state.ts';
import { headlineOf, statusOf, wantsMicrophone } from './status.ts';

/** What the page shows of the state. Pure. */
export function snapshotOf(state: DesktopState): Snapshot {
  const { settings, audio } = state;
  return {
    version: state.version,
    status: statusOf(state),
    headline: headlineOf(state),
    setup: shownSetup(state),
    services: state.services.map((service) => serviceRow(service, state)),
    explanation: state.planned === null ? null : planText(state.planned.plan, state.planned.hardware),
    exchanges: state.exchanges.map(shownExchange),
    engines: state.planned === null ? null : enginesOf(state.planned.offer, state.planned.plan, settings),
    listening: {
      mode: settings.conversation.mode,
      muted: settings.conversation.muted,
      pressed: state.pressed,
      shortcut: shownShortcut(state),
    },
    audio: {
      capture: wantsMicrophone(state),
      microphone: settings.audio.microphone,
      speaker: settings.audio.speaker,
      microphones: [...(audio?.microphones ?? [])],
      speakers: [...(audio?.speakers ?? [])],
    },
    notices: [...noticesOf(state)],
  };
}

/** Nothing is shown before there is a step: mostly everything is there, and was only looked at. */
function shownSetup({ setup }: DesktopState): ShownSetup | null {
  if (setup === null || setup.steps.length === 0) return null;
  const { where, state, steps, log } = setup;
  return {
    where,
    state,
    log: [...log],
    steps: steps.map(({ title, state: stepState, detail, transfer, durationMs }) => ({ title, state: stepState, detail, durationMs, transfer: transfer === null ? null : shownTransfer(transfer) })),
  };
}

function shownTransfer({ receivedBytes, totalBytes, bytesPerSecond, remainingSeconds }: Transfer): Transfer {
  return { receivedBytes, totalBytes, bytesPerSecond, remainingSeconds };
}

function shownExchange({ id, asked, question, answer, state, problem, latency, heardAfterMs }: Exchange): ShownExchange {
  return { id, asked, question, answer, state, problem, latency, heardAfterMs };
}

/** The key of press to talk; only while it is wanted can it be missing. */
function shownShortcut({ settings, shortcut }: DesktopState): string | null {
  if (settings.conversation.mode === 'hands-free') return readableShortcut(settings.conversation.shortcut);
  return shortcut === null ? null : readableShortcut(shortcut);
}

/** The part of an answer's time that each service is accountable for. */
const stageOf: Readonly<Record<ServiceId, keyof Latency>> = { stt: 'sttMs', llm: 'llmMs', tts: 'ttsMs', conversation: 'voiceToVoiceMs' };

function serviceRow({ service, state }: ServiceSnapshot, { exchanges, planned }: DesktopState): ServiceRow {
  const measured = exchanges.flatMap(({ latency, asked }) => (latency === null || asked === 'typed' ? [] : [latency[stageOf[service.id]]]));
  return {
    id: service.id,
    title: serviceTitle[service.id],
    state: shownState(state),
    detail: state.kind === 'backing-off' || state.kind === 'failed' ? state.reason : null,
    engine: service.engine,
    model: service.model,
    device: planned?.plan.gpus.find(({ uuid }) => uuid === service.device)?.name ?? service.device,
    p50Ms: measured.length === 0 ? null : quantile(measured, 0.5),
  };
}

function shownState(state: ServiceState): ServiceRow['state'] {
  switch (state.kind) {
    case 'stopped':
      return 'waiting';
    case 'starting':
    case 'warming':
      return 'starting';
    case 'ready':
      return 'ready';
    case 'backing-off':
      return 'restarting';
    case 'failed':
      return 'failed';
    case 'stopping':
      return 'stopped';
  }
}
