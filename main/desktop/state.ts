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
import type { Step } from './steps.ts';

/** Everything the desktop knows. One store holds it; tray and page show what is derived from it. */
export interface DesktopState {
  readonly version: string;
  /** What the voice stack has come to. "running" once its services were started. */
  readonly stack: { readonly kind: 'preparing' | 'running' } | { readonly kind: 'failed'; readonly fault: Fault };
  readonly steps: readonly Step[];
  /** What the running stack was decided from; null before the first decision. */
  readonly planned: Planned | null;
  /** What has changed on the graphics cards, while a better plan waits for the person's word; null when none does. */
  readonly offeredPlan: readonly string[] | null;
  readonly services: readonly ServiceSnapshot[];
  /** The conversation has listened once: from then on what is missing is a trouble and no longer the start. */
  readonly wasReady: boolean;
  readonly exchanges: readonly Exchange[];
  /** Reply sound waits at the speaker. */
  readonly playing: boolean;
  readonly settings: Pick<Settings, 'conversation' | 'audio' | 'told'>;
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

export interface Planned {
  readonly hardware: HardwareReport;
  readonly plan: Plan;
  readonly findings: readonly Finding[];
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
    steps: [],
    planned: null,
    offeredPlan: null,
    services: [],
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
