import type { AudioReport } from '../../preload/contract.ts';

/** Sends what the devices do, but not the same twice. */
export function createReporter(send: (report: AudioReport) => void): (report: AudioReport) => void {
  let last = '';
  return (report) => {
    const text = JSON.stringify(report);
    if (text === last) return;
    last = text;
    send(report);
  };
}
