import type { ServiceState } from './machine.ts';
import type { Service, ServiceId } from './service.ts';

/** What a person calls a service. */
export const serviceTitle: Readonly<Record<ServiceId, string>> = {
  stt: 'speech recognition',
  llm: 'language model',
  tts: 'voice',
  conversation: 'conversation',
};

/** One word or two for the state a person sees. A server of somebody else is not restarted by us: it is waited for. */
export function stateTitle(state: ServiceState, run: Service['run']['kind']): string {
  switch (state.kind) {
    case 'backing-off':
      return `${run === 'external' ? 'waiting for its server' : 'restarting'} (${state.reason})`;
    case 'failed':
      return `failed (${state.reason})`;
    case 'degraded':
      return `slow to answer (${state.reason})`;
    case 'stopped':
      return state.because === 'idle' ? 'resting until it is needed' : 'stopped';
    case 'starting':
    case 'warming':
    case 'ready':
    case 'stopping':
      return state.kind;
  }
}
