import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Command, Notice, NoticeAction as Action } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import { Icon } from './icons.tsx';
import { worstFirst } from './notice-order.ts';
import './notices.css';

interface Folding {
  readonly notice: Notice;
  readonly open: boolean;
  readonly onToggle: () => void;
}

const severities: Readonly<Record<Notice['severity'], string>> = { info: 'Note', warning: 'Warning', error: 'Problem' };

/** What a person should know, each with what to press: the worst in full, the others as one line that unfolds. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }): ReactNode {
  const [openId, setOpenId] = useState<string | null>(null);
  const [worst, ...others] = worstFirst(notices);
  if (worst === undefined) return null;
  return (
    <ul className="notices" aria-label="Notices" tabIndex={0}>
      <li key={worst.id} className="notice" data-notice={worst.id} data-severity={worst.severity}>
        <h2 className="notice-line">
          <Title notice={worst} />
        </h2>
        <Body notice={worst} />
      </li>
      {others.map((notice) => (
        <FoldedNotice
          key={notice.id}
          notice={notice}
          open={notice.id === openId}
          onToggle={() => {
            setOpenId(notice.id === openId ? null : notice.id);
          }}
        />
      ))}
    </ul>
  );
}

function FoldedNotice({ notice, open, onToggle }: Folding): ReactNode {
  const row = useRef<HTMLLIElement>(null);
  const bodyId = `notice-${notice.id}`;
  const dismissal = notice.actions.find(({ command }) => command === 'dismiss-notice');

  // The list is low: what unfolds at its end would stay out of sight.
  useLayoutEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);

  return (
    <li ref={row} className="notice notice-folding" data-notice={notice.id} data-severity={notice.severity}>
      <div className="notice-head">
        <h2 className="notice-heading">
          <button type="button" className="notice-line notice-toggle" aria-expanded={open} aria-controls={open ? bodyId : undefined} onClick={onToggle}>
            <Title notice={notice} />
            <span className="disclosure-chevron">
              <Icon name="chevron" />
            </span>
          </button>
        </h2>
        {dismissal === undefined || open ? null : (
          <button
            type="button"
            className="button button-icon notice-dismissal"
            aria-label={`${dismissal.title}: ${notice.title}`}
            title={dismissal.title}
            onClick={() => {
              request(commandOf(dismissal, notice));
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {open ? <Body notice={notice} id={bodyId} /> : null}
    </li>
  );
}

function Title({ notice }: { readonly notice: Notice }): ReactNode {
  return (
    <>
      <Icon name={notice.severity} />
      <span className="notice-title">
        <span className="unseen">{severities[notice.severity]}: </span>
        {notice.title}
      </span>
    </>
  );
}

function Body({ notice, id }: { readonly notice: Notice; readonly id?: string }): ReactNode {
  const { detail, actions } = notice;
  return (
    <div className="notice-body" id={id}>
      {detail === null ? null : <p className="notice-detail">{detail}</p>}
      {actions.length === 0 ? null : (
        <div className="notice-actions">
          {actions.map((action) => (
            <button
              key={action.title}
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
      )}
    </div>
  );
}

function commandOf(action: Action, notice: Notice): Command {
  switch (action.command) {
    case 'dismiss-notice':
      return { kind: 'dismiss-notice', id: notice.id };
    case 'remedy':
      return { kind: 'remedy', id: action.id, arguments: action.arguments };
    case 'try-again':
    case 'open-logs':
    case 'plan-anew':
    case 'keep-plan':
    case 'go-back':
    case 'keep-change':
      return { kind: action.command };
  }
}
