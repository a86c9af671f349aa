import type { ReactNode } from 'react';
import type { Happening } from '../../preload/contract.ts';
import './happenings.css';
import { momentOf } from './moment.ts';

const severities: Readonly<Record<Happening['severity'], string>> = { info: 'Note', warning: 'Warning', error: 'Problem' };

/** The last of what happened, newest first; unfolded by whoever wonders. */
export function Happenings({ events }: { readonly events: readonly Happening[] }): ReactNode {
  const now = new Date();
  return (
    <details className="service-why happenings">
      <summary>What happened</summary>
      {events.length === 0 ? (
        <p className="happenings-none">Nothing to report.</p>
      ) : (
        <ul className="happenings-list" data-part="events">
          {events.map((event, index) => (
            <Row key={`${event.at} ${index}`} event={event} now={now} />
          ))}
        </ul>
      )}
    </details>
  );
}

function Row({ event, now }: { readonly event: Happening; readonly now: Date }): ReactNode {
  const { at, severity, text, detail } = event;
  return (
    <li className="happening" data-severity={severity}>
      <p className="happening-line">
        <time className="happening-time" dateTime={at}>
          {momentOf(at, now)}
        </time>{' '}
        <span className="happening-severity">{severities[severity]}</span>
      </p>
      <p className="happening-text">{text}</p>
      {detail === null ? null : (
        <details className="happening-detail">
          <summary>Details</summary>
          <p>{detail}</p>
        </details>
      )}
    </li>
  );
}
