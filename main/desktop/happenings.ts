import type { Happening } from '../../preload/contract.ts';
import type { JournalEntry } from '../telemetry/journal.ts';

/** As much as a person reads; all of it is in the journal. */
const longestList = 20;

/** What belongs to an ordinary day: engines come and go without anybody having to know. */
const ordinary: ReadonlySet<string> = new Set(['rested', 'woken']);
/** After these, it matters that the service is ready again. */
const troubles: ReadonlySet<string> = new Set(['crashed', 'hung', 'restarted', 'fell-back', 'gave-up']);

/** What of the journal a person is shown, newest first. Pure. */
export function happeningsOf(entries: readonly JournalEntry[]): readonly Happening[] {
  const inTrouble = new Set<string>();
  const shown = entries.filter(({ kind, service }) => {
    if (ordinary.has(kind)) return false;
    if (service !== undefined && troubles.has(kind)) inTrouble.add(service);
    return kind !== 'ready' || (service !== undefined && inTrouble.delete(service));
  });
  return shown
    .slice(-longestList)
    .reverse()
    .map(({ at, severity, text, detail }) => ({ at, severity, text, detail: detail ?? null }));
}
