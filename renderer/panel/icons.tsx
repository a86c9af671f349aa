import type { ReactNode } from 'react';

const drawings = {
  microphone: 'M8 1.8a2.2 2.2 0 0 1 2.2 2.2v4a2.2 2.2 0 0 1-4.4 0V4A2.2 2.2 0 0 1 8 1.8ZM3.4 7.6a4.6 4.6 0 0 0 9.2 0M8 12.2v2',
  muted: 'M10.2 6V4a2.2 2.2 0 0 0-4.1-1.1M5.8 6v2a2.2 2.2 0 0 0 3.5 1.8M3.4 7.6a4.6 4.6 0 0 0 7.3 3.7M12.6 7.6a4.6 4.6 0 0 1-.4 1.8M8 12.2v2M2 2l12 12',
  settings: 'M2 4.6h5.2M11.6 4.6H14M2 11.4h2.4M8.8 11.4H14M9.4 2.6a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM6.6 9.4a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  close: 'M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
  send: 'M8 13V3.2M3.8 7.2 8 3l4.2 4.2',
  stop: 'M4.6 4.6h6.8v6.8H4.6Z',
  chevron: 'M4 6.2 8 10l4-3.8',
  down: 'M8 3v9.8M3.8 8.8 8 13l4.2-4.2',
  typed: 'M2 4.4h12v7.2H2ZM4.6 7h.01M7 7h.01M9.4 7h.01M11.6 7h.01M5 9.4h6',
  spoken: 'M2.4 7v2M5.2 5v6M8 2.8v10.4M10.8 5v6M13.6 7v2',
  done: 'M3.4 8.4 6.6 11.6 12.8 4.8',
  failed: 'M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 7.4v3.4M8 5.2h.01',
  warning: 'M8 2.2 14.4 13.4H1.6ZM8 6.4v3.2M8 11.4h.01',
  error: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 5v3.6M8 10.9h.01',
} as const;

export type IconName = keyof typeof drawings;

/** A drawing beside words that say the same. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}
