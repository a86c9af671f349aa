import type { Exchange as ShownExchange, Setup as ShownSetup, Snapshot, Transfer } from '../../preload/contract.ts';
import type { Exchange } from '../conversation/exchanges.ts';
import { planText } from '../plan/explain.ts';
import { enginesOf } from './engines.ts';
import { happeningsOf } from './happenings.ts';
import { noticesOf } from './notices.ts';
import { restChoices } from './rest.ts';
import { serviceRow } from './service-rows.ts';
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
    rest: [...restChoices(state)],
    startsAtLogin: settings.startAtLogin,
    notices: [...noticesOf(state)],
    events: [...happeningsOf(state.events)],
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
