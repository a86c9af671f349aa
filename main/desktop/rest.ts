import type { RestChoice } from '../../preload/contract.ts';
import { serviceTitle } from '../services/names.ts';
import type { SettingsChange } from '../settings/change.ts';
import type { Settings } from '../settings/schema.ts';
import type { DesktopState, DesktopStore } from './state.ts';

/** Engines that can give their memory back; the conversation itself always listens. */
const restful = ['llm', 'stt', 'tts'] as const;
type Restful = (typeof restful)[number];

const settingOf = { llm: 'llmMinutes', stt: 'sttMinutes', tts: 'ttsMinutes' } as const satisfies Readonly<Record<Restful, keyof Settings['rest']>>;

/** After how long each engine of ours rests. A server that somebody else runs looks after its own memory. */
export function restChoices({ services, settings }: Pick<DesktopState, 'services' | 'settings'>): readonly RestChoice[] {
  const foreign = services.filter(({ service }) => service.run.kind === 'external').map(({ service }) => service.id);
  return restful.filter((id) => !foreign.includes(id)).map((id) => ({ service: id, title: serviceTitle[id], minutes: settings.rest[settingOf[id]] }));
}

export function restChange(service: Restful, minutes: number | null): SettingsChange {
  return { rest: { [settingOf[service]]: minutes } };
}

/** The settings something was prepared with, but for when engines rest: the supervisor asks each time, and is told what holds then. */
export function withRestOf(settings: Settings, store: Pick<DesktopStore, 'getState'>): Settings {
  return {
    ...settings,
    get rest() {
      return store.getState().settings.rest;
    },
  };
}
