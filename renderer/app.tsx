import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startAudio } from './audio/audio.ts';
import './design/tokens.css';
import './design/base.css';
import './design/controls.css';
import { Panel } from './panel/panel.tsx';
import { connect, usePage } from './store/page.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no place for the panel.');

// The audio link is handed over once the page has announced itself: listen before connecting.
const audio = startAudio(window.earshot, ({ microphone }) => {
  usePage.setState({ microphone });
});
usePage.subscribe(({ snapshot }) => {
  if (snapshot !== null) audio.follow(snapshot.audio);
});
connect(window.earshot);

createRoot(root).render(
  <StrictMode>
    <Panel />
  </StrictMode>,
);
