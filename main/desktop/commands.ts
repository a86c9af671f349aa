import type { AudioReport, Command } from '../../preload/contract.ts';
import { errorMessage } from '../platform/text.ts';
import { givenUpService } from '../services/io/readiness.ts';
import type { Preferences } from './preferences.ts';
import type { PressToTalk } from './press-to-talk.ts';
import { isRemark, remarkOf, type DesktopStore } from './state.ts';
import type { Voice } from './voice.ts';

export interface CommandMeans {
  readonly store: DesktopStore;
  readonly voice: Pick<Voice, 'live' | 'restart' | 'planAnew'>;
  readonly pressToTalk: Pick<PressToTalk, 'press' | 'release' | 'followMode'>;
  readonly preferences: Pick<Preferences, 'change'>;
  readonly hide: () => void;
  readonly quit: () => void;
  readonly openLogs: () => void;
  readonly log: (line: string) => void;
}

const noMicrophone: ReadonlySet<AudioReport['microphone']> = new Set(['missing', 'denied', 'failed']);
const cannotHear = remarkOf('Earshot cannot hear you.\nNo microphone could be opened. Plug one in, or allow Earshot to use it in your system’s privacy settings, and press again. You can type meanwhile.');
/** How long a microphone stays closed that is to be opened anew. */
const microphoneRestMs = 300;
/** A microphone that closes says so on another channel than its last sounds come on: they may still be on their way. */
const lastSoundMs = 150;

/** Does what the page, the tray or a key asks for; returns why not, as a sentence for the person, or null. */
export function createCommands(means: CommandMeans): (command: Command) => string | null {
  const { store, voice, pressToTalk, preferences } = means;

  function perform(command: Command): void {
    switch (command.kind) {
      case 'set-mode':
        preferences.change({ conversation: { mode: command.mode } });
        pressToTalk.followMode();
        return;
      case 'set-muted':
        preferences.change({ conversation: { muted: command.muted } });
        return;
      case 'press-to-talk':
        pressToTalk.press();
        return;
      case 'release-to-talk':
        pressToTalk.release();
        return;
      case 'ask':
        voice.live()?.ask(command.text);
        return;
      case 'stop-speaking':
        voice.live()?.stopSpeaking();
        return;
      case 'start-over':
        voice.live()?.startOver();
        return;
      case 'choose-microphone':
        preferences.change({ audio: { microphone: command.device } });
        return;
      case 'choose-speaker':
        preferences.change({ audio: { speaker: command.device } });
        return;
      case 'report-audio':
        takeReport(command.report);
        return;
      case 'try-again':
        tryAgain();
        return;
      case 'plan-anew':
        restart(voice.planAnew);
        return;
      case 'keep-plan':
        store.setState({ offeredPlan: null });
        return;
      case 'dismiss-notice':
        dismiss(command.id);
        return;
      case 'open-logs':
        means.openLogs();
        return;
      case 'hide':
        means.hide();
        return;
      case 'quit':
        means.quit();
    }
  }

  function takeReport(report: AudioReport): void {
    const wasLive = store.getState().audio?.microphone === 'live';
    store.setState({ audio: report });
    if (report.speaker !== 'ready') voice.live()?.discardReply();
    if (store.getState().pressed && noMicrophone.has(report.microphone)) {
      // Closed again at once, it would no longer be said that there is none.
      store.setState(({ remarks }) => ({ remarks: [...remarks.filter(({ title }) => title !== cannotHear.title), cannotHear] }));
      pressToTalk.release();
    }
    // Muted, let go or unplugged, in mid-sentence perhaps: what was said so far is the question.
    if (wasLive && report.microphone !== 'live') setTimeout(() => voice.live()?.endQuestion(), lastSoundMs);
  }

  function tryAgain(): void {
    const { stack, services, planned } = store.getState();
    if (stack.kind === 'failed' || givenUpService(services) !== null) {
      restart(voice.restart);
      return;
    }
    if (planned !== null && planned.findings.length > 0) {
      restart(voice.planAnew);
      return;
    }
    store.setState({ microphoneRests: true });
    setTimeout(() => {
      store.setState({ microphoneRests: false });
    }, microphoneRestMs);
  }

  function restart(how: () => Promise<void>): void {
    how().catch((error: unknown) => {
      means.log(`could not be started again: ${errorMessage(error)}`);
    });
  }

  function dismiss(id: string): void {
    const { settings, remarks } = store.getState();
    if (isRemark(id)) store.setState({ remarks: remarks.filter((remark) => remark.id !== id) });
    else preferences.change({ told: [...new Set([...settings.told, id])] });
  }

  return (command) => {
    const refusal = refusalOf(command, means);
    if (refusal === null) perform(command);
    return refusal;
  };
}

/** Why a question cannot be taken now: it must not vanish. */
function refusalOf(command: Command, { store, voice }: CommandMeans): string | null {
  if ((command.kind !== 'ask' && command.kind !== 'press-to-talk') || voice.live() !== null) return null;
  return store.getState().stack.kind === 'failed' ? 'Earshot does not run. Choose “Try again” above first.' : 'Earshot is still being set up. Ask again when it says that it is ready.';
}
