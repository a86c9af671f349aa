import { type ReactNode, useId } from 'react';
import type { RestChoice } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import { Icon } from './icons.tsx';
import './rest.css';
import { capitalised } from './services-summary.ts';

const offered: readonly number[] = [5, 10, 30, 60];
const never = 'never';

/** After how long each engine gives its memory back. */
export function Rest({ choices }: { readonly choices: readonly RestChoice[] }): ReactNode {
  if (choices.length === 0) return null;
  return (
    <div className="settings-group">
      <h2 className="settings-title">Rest after</h2>
      <ul className="modes">
        {choices.map((choice) => (
          <Row key={choice.service} choice={choice} />
        ))}
      </ul>
      <p className="settings-note">An engine that nobody needs gives its memory back. It loads again when you begin to speak.</p>
    </div>
  );
}

function Row({ choice }: { readonly choice: RestChoice }): ReactNode {
  const { service, title, minutes } = choice;
  const id = useId();
  // What a person wrote into the settings by hand is a choice, too.
  const all = minutes === null || offered.includes(minutes) ? offered : [...offered, minutes].sort((one, other) => one - other);
  return (
    <li className="rest">
      <label className="rest-title" htmlFor={id}>
        {capitalised(title)}
        <span className="unseen"> rests after</span>
      </label>
      <div className="select">
        <select
          id={id}
          value={minutes === null ? never : `${minutes}`}
          onChange={({ currentTarget: { value } }) => {
            request({ kind: 'set-rest', service, minutes: value === never ? null : Number(value) });
          }}
        >
          {all.map((offer) => (
            <option key={offer} value={`${offer}`}>
              {restWords(offer)}
            </option>
          ))}
          <option value={never}>never</option>
        </select>
        <Icon name="chevron" />
      </div>
    </li>
  );
}

/** "10 minutes", "1 hour". */
export function restWords(minutes: number): string {
  if (minutes % 60 === 0) return minutes === 60 ? '1 hour' : `${minutes / 60} hours`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
