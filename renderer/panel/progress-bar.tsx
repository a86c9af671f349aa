import type { ReactNode } from 'react';
import type { Transfer } from '../../preload/contract.ts';
import './progress-bar.css';
import { howFar, percentOf } from './progress-words.ts';

/** How much of something has arrived; it runs to and fro while nobody knows how much there is. */
export function ProgressBar({ label, transfer }: { readonly label: string; readonly transfer: Transfer | null }): ReactNode {
  const percent = transfer === null ? null : percentOf(transfer);
  const words = howFar(transfer);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      aria-valuetext={words === '' ? 'under way' : words}
      data-known={percent !== null}
    >
      <span className="progress-bar" style={percent === null ? undefined : { transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}
