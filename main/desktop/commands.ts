import type { AudioReport, Command, RemedyArguments } from '../../preload/contract.ts';
import { errorMessage } from '../platform/text.ts';
import { givenUpService } from '../services/io/readiness.ts';
import type { SettingsChange } from '../settings/change.ts';
import { cardsAllowedAgain } from './engines.ts';
import type { Preferences } from './preferences.ts';
import type { PressToTalk } from './press-to-talk.ts';
import { reopenMicrophone } from './reopen-microphone.ts';
import { restChange } from './rest.ts';
import { isRemark, remarkOf, type DesktopStore } from './state.ts';
import { runsOtherwise } from './supervision.ts';
import type { Voice } from './voice.ts';

export interface CommandMeans {
  readonly store: DesktopStore;
  readonly voice: Pick<Voice, 'live' | 'restart' | 'planAnew' | 'applyChoice' | 'rollBack' | 'keepChange' | 'cancelSetup'>;
  readonly pressToTalk: Pick<PressToTalk, 'press' | 'release' | 'followMode'>;
  readonly preferences: Pick<Preferences, 'change' | 'written'>;
  /** Writes what the remedy decides into the settings; settles with why it cannot, or null. */
  readonly applyRemedy: (id: string, given: RemedyArguments) => Promise<string | null>;
  /** Has the system start Earshot with the person's session, or no longer; settles with why it could not, or null. */
  readonly startAtLogin: (on: boolean) => Promise<string | null>;
  readonly hide: () => void;
  readonly quit: () => void;
  readonly openLogs: () => void;
  readonly log: (line: string) => void;
}

const noMicrophone: ReadonlySet<AudioReport['microphone']> = new Set(['missing', 'denied', 'failed']);
const cannotHear = remarkOf('Earshot cannot hear you.\nNo microphone could be opened. Plug one in, or allow Earshot to use it in your system’s privacy settings, and press again. You can type meanwhile.');
/** A microphone that closes says so on another channel than its last sounds come on: they may still be on their way. */
const lastSoundMs = 150;

/** Does what the page, the tray or a key asks for; settles with why not, as a sentence for the person, or null. */
export function createCommands(means: CommandMeans): (command: Command) => Promise<string | null> {
  const { store, voice, pressToTalk, preferences } = means;

  /** What takes its time settles with why it could not be done; all else is done on return. */
  function perform(command: Command): Promise<string | null> | null {
    switch (command.kind) {
      case 'set-mode':
        preferences.change({ conversation: { mode: command.mode } });
        pressToTalk.followMode();
        return null;
      case 'set-muted':
        preferences.change({ conversation: { muted: command.muted } });
        return null;
      case 'press-to-talk':
        pressToTalk.press();
        return null;
      case 'release-to-talk':
        pressToTalk.release();
        return null;
      case 'ask':
        voice.live()?.ask(command.text);
        return null;
      case 'stop-speaking':
        voice.live()?.stopSpeaking();
        return null;
      case 'start-over':
        voice.live()?.startOver();
        return null;
      case 'choose-microphone':
        preferences.change({ audio: { microphone: command.device } });
        return null;
      case 'choose-speaker':
        preferences.change({ audio: { speaker: command.device } });
        return null;
      case 'report-audio':
        takeReport(command.report);
        return null;
      case 'try-again':
        tryAgain();
        return null;
      case 'plan-anew':
        behind(voice.planAnew());
        return null;
      case 'keep-plan':
        store.setState({ offeredPlan: null });
        return null;
      case 'cancel-setup':
        voice.cancelSetup();
        return null;
      case 'go-back':
        return goBack();
      case 'keep-change':
        behind(voice.keepChange());
        return null;
      case 'remedy':
        return remedy(command.id, command.arguments);
      case 'choose-recognition':
        return remedy(command.engine === 'kyutai' ? 'use-kyutai' : 'use-whisper', {});
      case 'choose-end-of-turn':
        return choose({ conversation: { endOfTurn: command.endOfTurn } });
      case 'use-processor-only':
        if (command.on) return remedy('cpu-only', {});
        return choose(cardsAllowedAgain(store.getState().settings, { since: new Date(), reason: 'You allowed the graphics card again in the panel.' }));
      case 'set-rest':
        preferences.change(restChange(command.service, command.minutes));
        return null;
      case 'set-start-at-login':
        return startAtLogin(command.on);
      case 'dismiss-notice':
        dismiss(command.id);
        return null;
      case 'open-logs':
        means.openLogs();
        return null;
      case 'hide':
        means.hide();
        return null;
      case 'quit':
        means.quit();
        return null;
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
    const { stack, services, planned, unfinished, audio } = store.getState();
    const stopped = stack.kind === 'failed' && stack.fault.id === 'stopped';
    if (!stopped && (stack.kind === 'failed' || givenUpService(services) !== null)) {
      behind(voice.restart());
      return;
    }
    const isMore = stopped || unfinished !== null || (planned !== null && planned.findings.length > 0) || runsOtherwise(store.getState());
    if (isMore) behind(voice.planAnew());
    // Nobody says which of several troubles the button was pressed for.
    if (!isMore || noMicrophone.has(audio?.microphone ?? 'off')) reopenMicrophone(store);
  }

  async function startAtLogin(on: boolean): Promise<string | null> {
    const problem = await means.startAtLogin(on);
    if (problem === null) preferences.change({ startAtLogin: on });
    return problem;
  }

  async function remedy(id: string, given: RemedyArguments): Promise<string | null> {
    const problem = await means.applyRemedy(id, given);
    if (problem === null) behind(voice.applyChoice(true));
    return problem;
  }

  async function goBack(): Promise<string | null> {
    const { change, unfinished } = store.getState();
    if (change === null && unfinished === null) return 'There is nothing to go back to any more.';
    if (change?.byRemedy === false) {
      behind(voice.rollBack());
      return null;
    }
    const problem = await means.applyRemedy('go-back', {});
    if (problem === null) behind(voice.applyChoice(false));
    return problem;
  }

  async function choose(change: SettingsChange): Promise<null> {
    preferences.change(change);
    await preferences.written();
    behind(voice.applyChoice(false));
    return null;
  }

  /** Takes minutes, perhaps, and says by itself how it goes. */
  function behind(work: Promise<void>): void {
    work.catch((error: unknown) => {
      means.log(`what was asked for could not be done: ${errorMessage(error)}`);
    });
  }

  function dismiss(id: string): void {
    const { settings, remarks } = store.getState();
    if (isRemark(id)) store.setState({ remarks: remarks.filter((remark) => remark.id !== id) });
    else preferences.change({ told: [...new Set([...settings.told, id])] });
  }

  return async (command) => refusalOf(command, means) ?? (await perform(command));
}

/** Why a question cannot be taken now: it must not vanish. */
function refusalOf(command: Command, { store, voice }: CommandMeans): string | null {
  if ((command.kind !== 'ask' && command.kind !== 'press-to-talk') || voice.live() !== null) return null;
  const { stack, setup } = store.getState();
  if (stack.kind === 'failed') return 'Earshot does not run. Choose “Try again” above first.';
  return `Earshot is still being ${setup === null ? 'started' : 'set up'}. Ask again when it says that it is ready.`;
}
