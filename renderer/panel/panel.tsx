import { type ReactNode, useEffect, useState } from 'react';
import { forgetRefusal, usePage } from '../store/page.ts';
import { Composer } from './composer.tsx';
import { Header } from './header.tsx';
import { useHoldToTalk } from './hold-to-talk.ts';
import { Icon } from './icons.tsx';
import { Notices } from './notices.tsx';
import { Orb } from './orb.tsx';
import './panel.css';
import { Services } from './services.tsx';
import { Settings } from './settings.tsx';
import { SetupStrip } from './setup-strip.tsx';
import { Transcript } from './transcript.tsx';

/** The whole window. */
export function Panel(): ReactNode {
  const snapshot = usePage((page) => page.snapshot);
  const [settingsOpen, setSettingsOpen] = useState(false);
  useHoldToTalk(snapshot?.listening.mode === 'press-to-talk');
  useEscape(() => {
    setSettingsOpen(false);
  });

  if (snapshot === null) {
    return (
      <main className="panel panel-waiting">
        <Orb status="starting" large />
        <h1 className="unseen">Earshot is starting</h1>
      </main>
    );
  }
  return (
    <div className="panel">
      <Header
        snapshot={snapshot}
        settingsOpen={settingsOpen}
        onToggleSettings={() => {
          setSettingsOpen(!settingsOpen);
        }}
      />
      <main className="panel-main">
        <Refusal />
        {settingsOpen ? <Settings snapshot={snapshot} /> : null}
        {/* Hidden, not taken away: a half-typed question outlives a look at the settings. */}
        <div className="panel-conversation" hidden={settingsOpen}>
          {snapshot.setup?.where === 'background' ? <SetupStrip setup={snapshot.setup} /> : null}
          <Notices notices={snapshot.notices} />
          <Transcript snapshot={snapshot} />
          <Services services={snapshot.services} explanation={snapshot.explanation} events={snapshot.events} />
          <Composer snapshot={snapshot} />
        </div>
      </main>
    </div>
  );
}

function Refusal(): ReactNode {
  const refusal = usePage((page) => page.refusal);
  if (refusal === null) return null;
  return (
    <div className="refusal" role="alert">
      <Icon name="error" />
      <p>{refusal}</p>
      <button type="button" className="button button-icon" aria-label="Dismiss" onClick={forgetRefusal}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function useEscape(onEscape: () => void): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      if (event.key === 'Escape') onEscape();
    }
    window.addEventListener('keydown', onKeyDown);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
    };
  });
}
