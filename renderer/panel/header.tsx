import type { ReactNode } from 'react';
import type { Snapshot } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import './header.css';
import { Icon } from './icons.tsx';
import { Orb } from './orb.tsx';

interface Shown {
  readonly snapshot: Snapshot;
  readonly settingsOpen: boolean;
  readonly onToggleSettings: () => void;
}

/** Name, state and the buttons that are always at hand. The window has no frame: this moves it. */
export function Header({ snapshot, settingsOpen, onToggleSettings }: Shown): ReactNode {
  const { status, headline, listening } = snapshot;
  return (
    <header className="header">
      <Orb status={status} />
      <div className="header-words">
        <h1 className="header-name">Earshot</h1>
        <p className="header-headline" role="status" aria-live="polite" title={headline}>
          {headline}
        </p>
      </div>
      <div className="header-buttons">
        {listening.mode === 'hands-free' ? <MuteButton muted={listening.muted} /> : null}
        <button
          type="button"
          className="button button-icon"
          aria-label="Settings"
          title="Settings"
          aria-expanded={settingsOpen}
          aria-controls={settingsOpen ? 'settings' : undefined}
          onClick={onToggleSettings}
        >
          <Icon name="settings" />
        </button>
        <button
          type="button"
          className="button button-icon"
          aria-label="Close"
          title={closeTitle(listening)}
          onClick={() => {
            request({ kind: 'hide' });
          }}
        >
          <Icon name="close" />
        </button>
      </div>
    </header>
  );
}

function closeTitle({ mode, muted }: Snapshot['listening']): string {
  return mode === 'hands-free' && !muted ? 'Close. Earshot goes on listening.' : 'Close. Earshot goes on running.';
}

function MuteButton({ muted }: { readonly muted: boolean }): ReactNode {
  const label = muted ? 'Muted. Unmute the microphone' : 'Mute the microphone';
  return (
    <button
      type="button"
      className={muted ? 'button button-icon mute mute-on' : 'button button-icon mute'}
      aria-label={label}
      title={label}
      onClick={() => {
        request({ kind: 'set-muted', muted: !muted });
      }}
    >
      <Icon name={muted ? 'muted' : 'microphone'} />
      {muted ? (
        <span className="mute-word" aria-hidden="true">
          Muted
        </span>
      ) : null}
    </button>
  );
}
