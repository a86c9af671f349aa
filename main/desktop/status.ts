import type { Status } from '../../preload/contract.ts';
import { givenUpService } from '../services/io/readiness.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import { serviceTitle } from '../services/names.ts';
import { readableShortcut } from './shortcut-text.ts';
import type { DesktopState } from './state.ts';
import { currentStep } from './steps.ts';
import { awaitedServer, shownState, type ShownState } from './supervision.ts';

/** What the tray's picture shows: the worst trouble first, then what happens right now. */
export function statusOf(state: DesktopState): Status {
  if (state.stack.kind === 'failed' || givenUpService(state.services) !== null || state.page === 'lost') return 'failed';
  if (!state.wasReady) return awaitedServer(state.services) === null ? 'starting' : 'failed';
  const current = state.exchanges.at(-1)?.state;
  if (isSpeaking(state)) return 'speaking';
  if (current === 'thinking') return 'thinking';
  if (current === 'hearing') return 'listening';
  if (isOpeningMicrophone(state)) return 'starting';
  if (state.pressed) return 'listening';
  if (hasTrouble(state)) return 'degraded';
  return state.settings.conversation.mode === 'hands-free' && state.settings.conversation.muted ? 'muted' : 'idle';
}

/** Whether a reply is being spoken: by what the conversation says, and by what waits at the speaker. */
function isSpeaking(state: DesktopState): boolean {
  return state.exchanges.at(-1)?.state === 'speaking' || state.playing;
}

/** Whether what is said now would not be heard yet: nobody shall be told to speak before. */
function isOpeningMicrophone(state: DesktopState): boolean {
  return wantsMicrophone(state) && (state.audio === null || state.audio.microphone === 'off' || state.audio.microphone === 'opening');
}

/** Whether something of the conversation is missing that it goes on without. */
function hasTrouble(state: DesktopState): boolean {
  const microphone = state.audio?.microphone;
  return downService(state) !== null || slowService(state) !== null || microphone === 'missing' || microphone === 'denied' || microphone === 'failed' || (state.audio !== null && state.audio.speaker !== 'ready');
}

/** One that cannot work now and was not told to rest. */
function downService({ services, supervision }: DesktopState): ServiceSnapshot | null {
  return services.find(({ service, state }) => !working.has(shownState(state)) && !supervision.waking.includes(service.id)) ?? null;
}

function slowService({ services }: DesktopState): ServiceSnapshot | null {
  return services.find(({ state }) => shownState(state) === 'slow') ?? null;
}

/** One that rested and loads because somebody needs it. */
function wakingService({ services, supervision }: DesktopState): ServiceSnapshot | null {
  return services.find(({ service, state }) => !working.has(shownState(state)) && supervision.waking.includes(service.id)) ?? null;
}

/** States in which a question can be asked: what rests loads at the first sound of it. */
const working: ReadonlySet<ShownState> = new Set<ShownState>(['ready', 'slow', 'resting']);

/** Whether the page shall have the microphone open now. Before everything runs there is nobody who could hear. */
export function wantsMicrophone(state: DesktopState): boolean {
  if (state.microphoneRests || !state.wasReady || state.stack.kind !== 'running' || givenUpService(state.services) !== null) return false;
  const { mode, muted } = state.settings.conversation;
  return mode === 'hands-free' ? !muted : state.pressed;
}

/** Whether a reply can be heard. A page that is just being loaded will have a speaker again. */
export function hasSpeaker({ audio, page }: DesktopState): boolean {
  return audio === null ? page !== 'lost' : audio.speaker === 'ready';
}

/** One sentence that says what is going on, for the title, the tooltip and a screen reader. */
export function headlineOf(state: DesktopState): string {
  switch (statusOf(state)) {
    case 'failed':
      return failureTitle(state);
    case 'starting':
      return startingHeadline(state);
    case 'speaking':
      return state.playing ? 'Speaking' : (keptHeadline(state) ?? 'Speaking');
    case 'thinking':
      return keptHeadline(state) ?? 'Thinking…';
    case 'listening':
      return 'Listening…';
    case 'degraded':
      return troubleHeadline(state);
    case 'muted':
      return 'The microphone is muted';
    case 'idle':
      return idleHeadline(state);
  }
}

function failureTitle(state: DesktopState): string {
  if (state.stack.kind === 'failed') return state.stack.fault.title;
  const failed = givenUpService(state.services);
  if (failed !== null) return `The ${serviceTitle[failed.service.id]} does not run`;
  const awaited = awaitedServer(state.services);
  if (state.page !== 'lost' && awaited !== null) return `The server for the ${serviceTitle[awaited.service.id]} does not answer`;
  return 'The window crashed; choose “Open Earshot” to load it again';
}

function startingHeadline(state: DesktopState): string {
  if (state.wasReady) return 'Opening the microphone…';
  const { setup } = state;
  if (setup?.state === 'stopping') return 'Stopping…';
  const step = setup?.where === 'first' ? currentStep(setup) : undefined;
  if (step !== undefined) return `Setting up: ${step.title}`;
  const waiting = state.services.filter((service) => !working.has(shownState(service.state))).map((service) => serviceTitle[service.service.id]);
  return waiting.length === 0 ? 'Starting…' : `Starting ${waiting.join(', ')}…`;
}

/** What a question waits for that is not lost, while an engine of its is away; null while none is. */
function keptHeadline(state: DesktopState): string | null {
  const down = downService(state);
  if (down !== null) return `Restarting the ${serviceTitle[down.service.id]}… your question is kept`;
  const waking = wakingService(state);
  return waking === null ? null : `Loading the ${serviceTitle[waking.service.id]}…`;
}

function troubleHeadline(state: DesktopState): string {
  const down = downService(state);
  if (down !== null) return `Restarting the ${serviceTitle[down.service.id]}…`;
  const slow = slowService(state);
  if (slow !== null) return `The ${serviceTitle[slow.service.id]} is slow to answer…`;
  if (state.audio?.microphone === 'denied') return 'The microphone is not allowed; you can type';
  if (state.audio?.microphone === 'missing') return 'No microphone; you can type';
  if (state.audio?.microphone === 'failed') return 'The microphone does not work; you can type';
  return 'No speaker; answers are shown here';
}

function idleHeadline(state: DesktopState): string {
  if (state.settings.conversation.mode === 'hands-free') return 'Ready. Just speak.';
  const shortcut = state.shortcut === null ? null : readableShortcut(state.shortcut);
  return shortcut === null ? 'Ready. Choose “Press to talk” and speak.' : `Ready. Press ${shortcut} and speak.`;
}
