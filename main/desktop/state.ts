import { randomUUID } from 'node:crypto';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AudioReport } from '../../preload/contract.ts';
import type { Exchange } from '../conversation/exchanges.ts';
import type { HardwareReport } from '../hardware/model.ts';
import type { Plan } from '../plan/model.ts';
import type { Fault } from '../platform/fault.ts';
import type { Finding } from '../platform/finding.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import { defaultSettings, type Settings } from '../settings/schema.ts';
import type { JournalEntry } from '../telemetry/journal.ts';
import type { EngineOffer } from './engines.ts';
import type { Setup } from './steps.ts';
import { nothingSupervised, type Supervision } from './supervision.ts';

/** Everything the desktop knows. One store holds it; tray and page show what is derived from it. */
export interface DesktopState {
  readonly version: string;
  /** What the voice stack has come to. "running" once its services were started. */
  readonly stack: { readonly kind: 'preparing' | 'running' } | { readonly kind: 'failed'; readonly fault: Fault };
  /** What is being set up, or where that stopped while nothing runs; null otherwise. */
  readonly setup: Setup | null;
  /** Why something is missing that was to be set up beside the conversation; null when nothing is, or it is under way. */
  readonly unfinished: Unfinished | null;
  /** What the running stack was decided from; null before the first decision. */
  readonly planned: Planned | null;
  /** A better plan that waits for the person's word, or for a moment in which nobody speaks; null when none does. */
  readonly offeredPlan: OfferedPlan | null;
  /** What runs since the last change and has answered nothing yet; null once it has, and when nothing was changed. */
  readonly change: Change | null;
  readonly services: readonly ServiceSnapshot[];
  readonly supervision: Supervision;
  /** What happened, oldest first, as the journal has it. */
  readonly events: readonly JournalEntry[];
  /** The conversation has listened once: from then on what is missing is a trouble and no longer the start. */
  readonly wasReady: boolean;
  readonly exchanges: readonly Exchange[];
  /** Reply sound waits at the speaker. */
  readonly playing: boolean;
  readonly settings: Settings;
  /** Press to talk was pressed and the question is not over yet. */
  readonly pressed: boolean;
  /** The shortcut as a person reads it; null when the system did not let us have it. */
  readonly shortcut: string | null;
  /** Closed for a moment, so that the page opens it anew. */
  readonly microphoneRests: boolean;
  /** What the page's devices do; null while there is no page. */
  readonly audio: AudioReport | null;
  /** "lost" when the page crashed so often that it is not loaded again. */
  readonly page: 'loading' | 'there' | 'lost';
  /** Whether the desktop shows tray icons; null while that is not known. */
  readonly trayShown: boolean | null;
  /** Sentences about how the settings were read or could not be saved. */
  readonly remarks: readonly Remark[];
}

export interface Unfinished {
  /** null where the person stopped it. */
  readonly fault: Fault | null;
  /** What is not there yet, in sentences. */
  readonly missing: readonly string[];
  /** Whether a remedy asked for it, which can be taken back. */
  readonly byRemedy: boolean;
}

export interface OfferedPlan {
  /** What other programs do on the graphics cards, or what was set up meanwhile. */
  readonly because: 'cards' | 'set-up';
  readonly sentences: readonly string[];
}

/** What a person can go back from. */
export interface Change {
  /** "PyTorch 2.5.1 for CUDA 12.4" */
  readonly to: string;
  readonly sentences: readonly string[];
  /** Environments that can be started from their slot before again. */
  readonly environments: readonly string[];
  /** Whether a remedy brought it, which can be taken back. */
  readonly byRemedy: boolean;
}

export interface Planned {
  readonly hardware: HardwareReport;
  readonly plan: Plan;
  /** Cards that are left out, environments that could not be made. */
  readonly findings: readonly Finding[];
  readonly offer: EngineOffer;
}

export interface Remark {
  readonly id: string;
  readonly title: string;
  readonly detail: string | null;
}

export type DesktopStore = StoreApi<DesktopState>;

const remarkPrefix = 'remark-';

/** A text as a remark of its own, which a person can put away; its first line is the title. */
export function remarkOf(text: string): Remark {
  const [title = '', ...detail] = text.split('\n');
  return { id: `${remarkPrefix}${randomUUID()}`, title, detail: detail.length === 0 ? null : detail.join('\n') };
}

/** Whether an id is that of a remark of the moment, not of a notice that is known by name. */
export function isRemark(id: string): boolean {
  return id.startsWith(remarkPrefix);
}

export function createDesktopStore(version: string): DesktopStore {
  return createStore<DesktopState>(() => ({
    version,
    stack: { kind: 'preparing' },
    setup: null,
    unfinished: null,
    planned: null,
    offeredPlan: null,
    change: null,
    services: [],
    supervision: nothingSupervised,
    events: [],
    wasReady: false,
    exchanges: [],
    playing: false,
    settings: defaultSettings,
    pressed: false,
    shortcut: null,
    microphoneRests: false,
    audio: null,
    page: 'loading',
    trayShown: null,
    remarks: [],
  }));
}
