import type { Notice } from '../../preload/contract.ts';
import type { Finding } from '../platform/finding.ts';
import { givenUpService } from '../services/io/readiness.ts';
import { serviceTitle } from '../services/names.ts';
import { readableShortcut } from './shortcut-text.ts';
import { awaitedServer } from './supervision.ts';
import type { DesktopState } from './state.ts';

type NoticeOf = (state: DesktopState) => Omit<Notice, 'id'> | null;

const goOn = { title: 'Go on', command: 'try-again' } as const;
const tryAgain = { title: 'Try again', command: 'try-again' } as const;
const openLogs = { title: 'Show the logs', command: 'open-logs' } as const;
const gotIt = { title: 'Got it', command: 'dismiss-notice' } as const;

/** Every remark there is, by id. Each looks at the state and says what happened and what to do, or nothing. */
const remarks: Readonly<Record<string, NoticeOf>> = {
  'setup-failed': ({ stack }) =>
    stack.kind === 'failed'
      ? {
          ...(stack.fault.id === 'stopped' ? { severity: 'warning', actions: [goOn] } : { severity: 'error', actions: [tryAgain, openLogs] }),
          title: stack.fault.title,
          detail: joined(stack.fault.detail, stack.fault.cure),
        }
      : null,
  'service-failed': ({ services, stack }) => {
    const failed = givenUpService(services);
    if (failed === null || stack.kind === 'failed') return null;
    const { service, reason } = failed;
    return {
      severity: 'error',
      title: `The ${serviceTitle[service.id]} does not run.`,
      detail:
        service.run.kind === 'external'
          ? `The server that your settings name gives no answer: ${reason}. Start it, or remove it from settings.json so that Earshot uses its own; then choose “Try again”.`
          : `It ended again and again: ${reason}. “Try again” checks every file, fetches what is damaged and starts it again.`,
      actions: [tryAgain, openLogs],
    };
  },
  'server-awaited': ({ services, stack }) => {
    const awaited = awaitedServer(services);
    if (awaited === null || stack.kind === 'failed' || givenUpService(services) !== null) return null;
    const reason = awaited.state.kind === 'backing-off' ? `: ${awaited.state.reason}` : '';
    return {
      severity: 'warning',
      title: `The server for the ${serviceTitle[awaited.service.id]} does not answer yet.`,
      detail: `Earshot goes on trying${reason}. Start that server, or remove it from settings.json so that Earshot uses its own; then choose “Try again”.`,
      actions: [tryAgain, openLogs],
    };
  },
  'set-up-unfinished': ({ unfinished }) => {
    if (unfinished === null) return null;
    const { fault, missing, byRemedy } = unfinished;
    const back = byRemedy ? [{ title: 'Leave it as it was', command: 'go-back' } as const] : [];
    if (fault !== null) {
      return { severity: 'warning', title: fault.title, detail: joined(fault.detail, fault.cure, 'Earshot goes on with what it has.'), actions: [tryAgain, ...back, openLogs] };
    }
    const detail = joined(...missing, 'What has arrived is kept. Earshot goes on with it at its next start, or when you say so.');
    return { severity: 'info', title: 'Setting up was stopped; the conversation goes on.', detail, actions: [goOn, ...back] };
  },
  changed: ({ change }) =>
    change === null
      ? null
      : {
          severity: 'info',
          title: `Earshot now runs on ${change.to}.`,
          detail: joined(...change.sentences, 'If anything is worse than before, go back. Once it has answered a question, this note goes by itself.'),
          actions: [{ title: 'Go back', command: 'go-back' }, { title: 'Keep it', command: 'keep-change' }],
        },
  'plan-offered': ({ offeredPlan }) => {
    if (offeredPlan === null) return null;
    const cards = offeredPlan.because === 'cards';
    return {
      severity: 'info',
      title: cards ? 'What other programs leave of the graphics card has changed.' : 'What was set up is ready.',
      detail: joined(...offeredPlan.sentences, `Earshot can ${cards ? 'move its parts to where they fit best' : 'change over to it'}; that takes about as long as a start.`),
      actions: [{ title: cards ? 'Move them now' : 'Change over now', command: 'plan-anew' }, { title: 'Leave it', command: 'keep-plan' }],
    };
  },
  'page-lost': ({ page }) =>
    page === 'lost'
      ? { severity: 'error', title: 'This window crashed again and again.', detail: 'Choose “Open Earshot” in the tray’s menu to load it again.', actions: [openLogs] }
      : null,
  'microphone-denied': ({ audio }) =>
    audio?.microphone === 'denied'
      ? { severity: 'warning', title: 'Earshot may not use the microphone.', detail: deniedCure(process.platform), actions: [tryAgain] }
      : null,
  'microphone-missing': ({ audio }) =>
    audio?.microphone === 'missing'
      ? { severity: 'warning', title: 'No microphone is connected.', detail: 'Plug one in; Earshot notices by itself. Until then you can type.', actions: [] }
      : null,
  'microphone-failed': ({ audio }) =>
    audio?.microphone === 'failed'
      ? {
          severity: 'warning',
          title: 'The microphone cannot be opened.',
          detail: joined('Another program may be using it. Close that program, or choose another microphone in the settings (top right). You can type meanwhile.', audio.problem ?? undefined),
          actions: [tryAgain],
        }
      : null,
  'speaker-missing': ({ audio }) =>
    audio !== null && audio.speaker !== 'ready'
      ? {
          severity: 'warning',
          ...(audio.speaker === 'missing'
            ? { title: 'No speaker is connected.', detail: 'Answers appear here in writing. Connect a speaker or headphones and they are heard again.' }
            : {
                title: 'The speaker cannot be opened.',
                detail: 'Answers appear here in writing. Another program may hold it: choose another speaker in the settings (top right), or ask again later.',
              }),
          actions: [],
        }
      : null,
  'self-interruption': (state) =>
    state.audio?.microphone === 'live' && state.audio.echoCancellation === false && state.settings.conversation.mode === 'hands-free'
      ? {
          severity: 'info',
          title: 'This microphone hears the speaker.',
          detail: 'It has no echo cancellation, so Earshot may take its own voice for yours. Use headphones, or “press to talk”.',
          actions: [gotIt],
        }
      : null,
  'shortcut-taken': (state) =>
    state.settings.conversation.mode === 'press-to-talk' && state.shortcut === null
      ? {
          severity: 'info',
          title: `Earshot did not get the key ${readableShortcut(state.settings.conversation.shortcut)}.`,
          detail: 'Another program may use it, or the desktop gives no keys away. “Press to talk” here works all the same; another key can be named as conversation.shortcut in settings.json.',
          actions: [gotIt],
        }
      : null,
  'no-tray': ({ trayShown }) =>
    trayShown === false
      ? {
          severity: 'info',
          title: 'Your desktop shows no tray icons.',
          detail: 'So Earshot lives in this window. Closing it minimises it; “Quit” is in the settings (top right).',
          actions: [gotIt],
        }
      : null,
};

/** What a person should know right now. */
export function noticesOf(state: DesktopState): readonly Notice[] {
  const held = Object.entries(remarks).flatMap(([id, look]) => {
    const notice = look(state);
    const dismissed = notice?.actions.includes(gotIt) === true && state.settings.told.includes(id);
    return notice === null || dismissed ? [] : [{ id, ...notice }];
  });
  const left = (state.planned?.findings ?? []).map((finding, index) => findingNotice(`finding-${index}-${finding.fault}`, finding));
  const fallen = state.services.flatMap(({ service, onFallback }) => (onFallback === null ? [] : [findingNotice(`fallback-${service.id}`, onFallback)]));
  const found = Object.entries(state.supervision.found).map(([service, finding]) => findingNotice(`found-${service}-${finding.fault}`, finding));
  const said = state.remarks.map((remark): Notice => ({ ...remark, severity: 'warning', actions: [gotIt] }));
  return [...said, ...held, ...fallen, ...found, ...left];
}

/** A finding with what can be pressed against it; what only a person can do is said. */
function findingNotice(id: string, { severity, title, detail, remedies }: Finding): Notice {
  const clicks = remedies.filter((remedy) => remedy.kind === 'click' && remedy.id !== tryAgain.command).map((remedy) => ({ title: remedy.title, command: 'remedy', id: remedy.id, arguments: { ...remedy.arguments } }) as const);
  const guides = remedies.filter(({ kind }) => kind === 'guide').map((remedy) => `→ ${remedy.title}`);
  return { id, severity, title, detail: joined(detail, ...guides), actions: [...clicks, tryAgain, ...(clicks.length === 0 ? [openLogs] : [])] };
}

function deniedCure(platform: NodeJS.Platform): string {
  const where =
    platform === 'win32'
      ? 'Open Settings › Privacy & security › Microphone and allow desktop apps.'
      : 'Allow it in your system’s privacy settings.';
  return `${where} Then choose “Try again”. You can type meanwhile.`;
}

function joined(...texts: readonly (string | undefined)[]): string | null {
  const present = texts.filter((text) => text !== undefined && text !== '');
  return present.length === 0 ? null : present.join('\n');
}
