import type { ReactNode } from 'react';
import type { Status } from '../../preload/contract.ts';
import './orb.css';

/** The state as a picture: still while nothing happens, so that an open window costs nothing. */
export function Orb({ status, large = false }: { readonly status: Status; readonly large?: boolean }): ReactNode {
  return (
    <span className={large ? 'orb orb-large' : 'orb'} data-status={status} aria-hidden="true">
      <span className="orb-ring" />
      <span className="orb-core" />
    </span>
  );
}
