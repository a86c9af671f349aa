import type { ReactNode } from 'react';
import type { AudioDevice, ListeningMode, Snapshot } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import { DeviceSelect } from './device-select.tsx';
import { Engines } from './engines.tsx';
import { LevelMeter } from './level-meter.tsx';
import { Rest } from './rest.tsx';
import './settings.css';

interface Mode {
  readonly mode: ListeningMode;
  readonly title: string;
  readonly detail: string;
}

const modes: readonly Mode[] = [
  { mode: 'hands-free', title: 'Hands-free', detail: 'Listens all the time and answers when you pause.' },
  { mode: 'press-to-talk', title: 'Press to talk', detail: 'The microphone is open only while you ask.' },
];

/** What can be chosen, and what is rarely needed. */
export function Settings({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const { listening, audio, engines, rest, startsAtLogin, version } = snapshot;
  return (
    <section className="settings" id="settings" aria-label="Settings" tabIndex={0}>
      <fieldset className="settings-group">
        <legend className="settings-title">Listening</legend>
        <div className="modes">
          {modes.map((mode) => (
            <ModeChoice key={mode.mode} choice={mode} chosen={listening.mode === mode.mode} />
          ))}
        </div>
        <p className="settings-note">{shortcutNote(listening.shortcut)}</p>
      </fieldset>
      <div className="settings-group">
        <h2 className="settings-title">Sound</h2>
        <DeviceSelect
          label="Microphone"
          devices={audio.microphones}
          chosen={audio.microphone}
          onChoose={(device: AudioDevice | null) => {
            request({ kind: 'choose-microphone', device });
          }}
        />
        <LevelMeter />
        <DeviceSelect
          label="Speaker"
          devices={audio.speakers}
          chosen={audio.speaker}
          onChoose={(device: AudioDevice | null) => {
            request({ kind: 'choose-speaker', device });
          }}
        />
      </div>
      {engines === null ? null : <Engines engines={engines} />}
      <Rest choices={rest} />
      <div className="settings-group">
        <h2 className="settings-title">Starting</h2>
        <label className="check-line">
          <input
            type="checkbox"
            checked={startsAtLogin}
            onChange={() => {
              request({ kind: 'set-start-at-login', on: !startsAtLogin });
            }}
          />
          <span>
            <span className="mode-title">Start Earshot when I log in</span>
            <span className="mode-detail">It waits in the tray and is ready when you are.</span>
          </span>
        </label>
      </div>
      <div className="settings-group">
        <h2 className="settings-title">Conversation</h2>
        <div className="settings-actions">
          <CommandButton kind="start-over" title="Start over" />
          <CommandButton kind="open-logs" title="Open logs" />
          <CommandButton kind="quit" title="Quit" />
        </div>
        <p className="settings-note">Starting over forgets what was said. Quitting stops every service.</p>
      </div>
      <p className="settings-version">Earshot {version}. Nothing you say leaves this computer.</p>
    </section>
  );
}

function ModeChoice({ choice, chosen }: { readonly choice: Mode; readonly chosen: boolean }): ReactNode {
  return (
    <label className="mode">
      <input
        type="radio"
        name="mode"
        value={choice.mode}
        checked={chosen}
        onChange={() => {
          request({ kind: 'set-mode', mode: choice.mode });
        }}
      />
      <span>
        <span className="mode-title">{choice.title}</span>
        <span className="mode-detail">{choice.detail}</span>
      </span>
    </label>
  );
}

function CommandButton({ kind, title }: { readonly kind: 'start-over' | 'open-logs' | 'quit'; readonly title: string }): ReactNode {
  return (
    <button
      type="button"
      className="button"
      onClick={() => {
        request({ kind });
      }}
    >
      {title}
    </button>
  );
}

function shortcutNote(shortcut: string | null): ReactNode {
  if (shortcut === null) return 'The system gave Earshot no shortcut. In this window, hold the space bar.';
  return (
    <>
      <kbd className="key">{shortcut}</kbd> begins a question from any program.
    </>
  );
}
