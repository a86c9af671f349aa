import type { AudioReport, Snapshot } from '../../preload/contract.ts';

/** What an empty conversation says: how to begin one. */
export interface Invitation {
  readonly title: string;
  readonly detail: string;
}

type Situation = Pick<Snapshot, 'status' | 'listening' | 'notices'>;

const deaf: readonly AudioReport['microphone'][] = ['missing', 'denied', 'failed'];

/** The shortest way to the first answer, as things stand. */
export function inviteTo({ status, listening, notices }: Situation, microphone: AudioReport['microphone']): Invitation {
  if (status === 'starting') return { title: 'Getting ready', detail: 'The first answer is a moment away.' };
  if (status === 'failed') return { title: 'Not ready', detail: whereHelpIs(notices) };
  if (listening.mode === 'hands-free' && listening.muted) return { title: 'The microphone is off', detail: 'Unmute it to speak, or type a question below.' };
  if (deaf.includes(microphone)) return { title: 'Type a question', detail: 'Earshot cannot hear you now, but it answers.' };
  if (listening.mode === 'hands-free') {
    return { title: 'Just speak', detail: 'Ask anything, and interrupt whenever you like. Nothing leaves this computer.' };
  }
  if (listening.shortcut === null) return { title: 'Press to talk', detail: 'Hold the space bar, or use the button below.' };
  return { title: `Press ${listening.shortcut}`, detail: 'It works in every program. Here, you may also hold the space bar.' };
}

function whereHelpIs(notices: Situation['notices']): string {
  return notices.length > 0 ? 'The message above says what helps.' : 'The services below say what is missing.';
}
