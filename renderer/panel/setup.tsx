import type { ReactNode } from 'react';
import type { SetupStep } from '../../preload/contract.ts';
import { duration } from './figures.ts';
import { Icon } from './icons.tsx';
import './setup.css';

/** How far the set-up has come, or where it stopped. */
export function Setup({ steps }: { readonly steps: readonly SetupStep[] }): ReactNode {
  const stopped = steps.some(({ state }) => state === 'failed');
  const title = stopped ? 'Setting up stopped' : 'Setting up';
  return (
    <section className="setup" aria-label={title} data-stopped={stopped}>
      <h2 className="setup-title">{title}</h2>
      <p className="setup-lead">
        {stopped
          ? 'What is done stays done: trying again goes on from here.'
          : 'Everything runs on this computer. This is done once; you may close the window meanwhile.'}
      </p>
      <ol className="setup-steps">
        {steps.map((step, index) => (
          <li key={`${index} ${step.title}`} className="setup-step" data-state={step.state}>
            <span className="setup-mark">
              <Mark state={step.state} stopped={stopped} />
            </span>
            <div className="setup-words">
              <p>
                {step.title}
                <span className="unseen">, {step.state === 'running' && stopped ? 'stopped' : step.state}</span>
              </p>
              {step.detail === null ? null : <p className="setup-detail">{step.detail}</p>}
            </div>
            {step.durationMs === null ? null : <span className="setup-duration">{duration(step.durationMs)}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Mark({ state, stopped }: { readonly state: SetupStep['state']; readonly stopped: boolean }): ReactNode {
  if (state !== 'running') return <Icon name={state} />;
  // A step beside the failed one was given up with it: nothing turns any more.
  return <span className={stopped ? 'setup-pause' : 'spinner'} />;
}
