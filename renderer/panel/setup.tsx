import type { ReactNode } from 'react';
import type { Setup as ShownSetup } from '../../preload/contract.ts';
import './setup.css';
import { SetupSteps } from './setup-steps.tsx';

/** How far the first set-up has come, or where it stopped. */
export function Setup({ setup }: { readonly setup: ShownSetup }): ReactNode {
  const stopped = setup.state === 'ended';
  const title = stopped ? 'Setting up stopped' : 'Setting up';
  return (
    <section className="setup" aria-label={title} data-stopped={stopped}>
      <h2 className="setup-title">{title}</h2>
      <p className="setup-lead">
        {stopped
          ? 'What is done stays done: trying again goes on from here.'
          : 'Everything runs on this computer. This is done once; you may close the window meanwhile.'}
      </p>
      <SetupSteps setup={setup} />
    </section>
  );
}
