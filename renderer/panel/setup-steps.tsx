import { type ReactNode, useLayoutEffect, useRef } from 'react';
import type { Setup, SetupStep } from '../../preload/contract.ts';
import { request } from '../store/page.ts';
import { duration } from './figures.ts';
import { Icon } from './icons.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { transferLine } from './progress-words.ts';
import './setup-steps.css';

/** The steps of a set-up with how far each has come, its log, and how to end it. */
export function SetupSteps({ setup }: { readonly setup: Setup }): ReactNode {
  const { steps, log, state } = setup;
  return (
    <>
      <ol className="setup-steps">
        {steps.map((step, index) => (
          <Row key={`${index} ${step.title}`} step={step} stopped={state === 'ended'} />
        ))}
      </ol>
      {state === 'ended' ? null : (
        <div className="setup-actions">
          <button
            type="button"
            className="button"
            disabled={state === 'stopping'}
            onClick={() => {
              request({ kind: 'cancel-setup' });
            }}
          >
            {state === 'stopping' ? 'Stopping…' : 'Cancel'}
          </button>
          <p className="setup-kept">What has arrived is kept.</p>
        </div>
      )}
      {log.length === 0 ? null : <Log lines={log} />}
    </>
  );
}

function Row({ step, stopped }: { readonly step: SetupStep; readonly stopped: boolean }): ReactNode {
  const { title, state, detail, transfer, durationMs } = step;
  return (
    <li className="setup-step" data-state={state}>
      <span className="setup-mark">
        <Mark state={state} stopped={stopped} />
      </span>
      <div className="setup-words">
        <p>
          {title}
          <span className="unseen">, {state === 'running' && stopped ? 'stopped' : state}</span>
        </p>
        {state === 'running' && !stopped ? (
          <div className="setup-progress">
            <ProgressBar label={title} transfer={transfer} />
          </div>
        ) : null}
        {transfer !== null ? <p className="setup-detail">{transferLine(transfer)}</p> : detail === null ? null : <p className="setup-detail setup-line">{detail}</p>}
      </div>
      {durationMs === null ? null : <span className="setup-duration">{duration(durationMs)}</span>}
    </li>
  );
}

function Mark({ state, stopped }: { readonly state: SetupStep['state']; readonly stopped: boolean }): ReactNode {
  if (state !== 'running') return <Icon name={state} />;
  // A step beside the failed one was given up with it: nothing turns any more.
  return <span className={stopped ? 'setup-pause' : 'spinner'} />;
}

/** Folded away; opened, it shows its newest line as long as nobody has scrolled up. */
function Log({ lines }: { readonly lines: readonly string[] }): ReactNode {
  const text = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && text.current !== null) text.current.scrollTop = text.current.scrollHeight;
  }, [lines]);
  return (
    <details className="setup-log">
      <summary>Show what it writes</summary>
      <pre
        ref={text}
        role="region"
        aria-label="What it writes"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
      >
        {lines.join('\n')}
      </pre>
    </details>
  );
}
