import type { ReactNode } from 'react';
import type { SetupStep } from '../../preload/contract.ts';
import { duration } from './figures.ts';
import { Icon } from './icons.tsx';
import './setup.css';

/** How far the set-up has come. */
export function Setup({ steps }: { readonly steps: readonly SetupStep[] }): ReactNode {
  return (
    <section className="setup" aria-label="Setting up">
      <h2 className="setup-title">Setting up</h2>
      <p className="setup-lead">Everything runs on this computer. This is done once; you may close the window meanwhile.</p>
      <ol className="setup-steps">
        {steps.map((step, index) => (
          <li key={`${index} ${step.title}`} className="setup-step" data-state={step.state}>
            <span className="setup-mark">{step.state === 'done' ? <Icon name="done" /> : <span className="spinner" />}</span>
            <div className="setup-words">
              <p>
                {step.title}
                <span className="unseen">{step.state === 'done' ? ', done' : ', running'}</span>
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
