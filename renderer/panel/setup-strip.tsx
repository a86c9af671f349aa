import { type ReactNode, useState } from 'react';
import type { Setup } from '../../preload/contract.ts';
import { Icon } from './icons.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { currentStep, howFar, shortTitle } from './progress-words.ts';
import { SetupSteps } from './setup-steps.tsx';
import './setup-strip.css';

/** A set-up beside the conversation: one line above it that unfolds. */
export function SetupStrip({ setup }: { readonly setup: Setup }): ReactNode {
  const [open, setOpen] = useState(false);
  const step = currentStep(setup.steps);
  const title = step === undefined ? 'Finishing what was set up' : `Setting up ${shortTitle(step.title)}`;
  const far = howFar(step?.transfer ?? null);
  return (
    <section className="strip" aria-label="Setting up in the background">
      {/* Said once a step, and not once a percent. */}
      <p className="unseen" role="status">
        {title}. You can go on talking.
      </p>
      <button
        type="button"
        className="strip-line"
        aria-expanded={open}
        aria-controls={open ? 'strip-body' : undefined}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className="spinner" />
        <span className="strip-words">
          <span className="strip-title">
            {title}
            <span className="unseen">: </span>
          </span>
          <span className="strip-note">
            {far === '' ? '' : `${far}. `}
            {setup.state === 'stopping' ? 'Stopping…' : 'You can go on talking.'}
          </span>
        </span>
        <span className="disclosure-chevron">
          <Icon name="chevron" />
        </span>
      </button>
      <ProgressBar label={title} transfer={step?.transfer ?? null} />
      {open ? (
        <div className="strip-body" id="strip-body" role="region" aria-label="Steps of the set-up" tabIndex={0}>
          <SetupSteps setup={setup} />
        </div>
      ) : null}
    </section>
  );
}
