import type { ReactNode } from 'react';
import type { Snapshot } from '../../preload/contract.ts';
import { usePage } from '../store/page.ts';
import { ExchangeView } from './exchange.tsx';
import { useFollowNewest } from './follow-newest.ts';
import { Icon } from './icons.tsx';
import { inviteTo } from './invitation.ts';
import { Orb } from './orb.tsx';
import { Setup } from './setup.tsx';
import './transcript.css';

/** Both sides of the conversation, or what to do to begin one. */
export function Transcript({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const { exchanges } = snapshot;
  const setup = snapshot.setup?.where === 'first' ? snapshot.setup : null;
  const { list, following, onScroll, toNewest } = useFollowNewest();
  const explained = exchanges.findLast((exchange) => exchange.latency !== null)?.id;
  return (
    <div className="transcript">
      <div className="transcript-list" ref={list} onScroll={onScroll} role="region" aria-label="Conversation" tabIndex={0}>
        {setup === null ? null : <Setup setup={setup} />}
        {exchanges.length === 0 && setup === null ? <Invitation snapshot={snapshot} /> : null}
        {exchanges.length === 0 ? null : (
          <ol className="exchanges">
            {exchanges.map((exchange) => (
              <ExchangeView key={exchange.id} exchange={exchange} explained={exchange.id === explained} />
            ))}
          </ol>
        )}
      </div>
      {following ? null : (
        <button type="button" className="button to-newest" onClick={toNewest}>
          <Icon name="down" />
          Newest
        </button>
      )}
    </div>
  );
}

function Invitation({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const microphone = usePage((page) => page.microphone);
  const { title, detail } = inviteTo(snapshot, microphone);
  return (
    <div className="invitation">
      <Orb status={snapshot.status} large />
      <h2 className="invitation-title">{title}</h2>
      <p className="invitation-detail">{detail}</p>
    </div>
  );
}
