import type { ReactNode } from 'react';
import type { Command, Notice } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import { Icon } from './icons.tsx';
import './notices.css';

type Action = Notice['actions'][number];

const severities: Readonly<Record<Notice['severity'], string>> = { info: 'Note', warning: 'Warning', error: 'Problem' };

/** What a person should know, each with what to press. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }): ReactNode {
  if (notices.length === 0) return null;
  return (
    <ul className="notices" aria-label="Notices" tabIndex={notices.length > 1 ? 0 : undefined}>
      {notices.map((notice) => (
        <li key={notice.id} className="notice" data-notice={notice.id} data-severity={notice.severity}>
          <Icon name={notice.severity} />
          <div className="notice-words">
            <h2 className="notice-title">
              <span className="unseen">{severities[notice.severity]}: </span>
              {notice.title}
            </h2>
            {notice.detail === null ? null : <p className="notice-detail">{notice.detail}</p>}
            {notice.actions.length === 0 ? null : <Actions notice={notice} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Actions({ notice }: { readonly notice: Notice }): ReactNode {
  return (
    <div className="notice-actions">
      {notice.actions.map((action) => (
        <button
          key={action.command}
          type="button"
          className="button"
          onClick={() => {
            request(commandOf(action, notice));
          }}
        >
          {action.title}
        </button>
      ))}
    </div>
  );
}

function commandOf(action: Action, notice: Notice): Command {
  return action.command === 'dismiss-notice' ? { kind: action.command, id: notice.id } : { kind: action.command };
}
