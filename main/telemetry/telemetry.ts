import type { TurnEvent } from '../conversation/turn-event.ts';
import type { Plan } from '../plan/model.ts';
import type { Supervisor } from '../services/io/supervisor.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';
import type { JournalEntry, Note } from './journal.ts';

/** Writes down, counts and shows what happens. Nothing of it decides anything, and none of its failures disturbs a conversation. */
export interface Telemetry {
  readonly onSupervisorEvent: (event: SupervisorEvent) => void;
  readonly onTurnEvent: (event: TurnEvent) => void;
  /** Puts something else into the journal; `findingNote` makes such a note of a finding. */
  readonly note: (note: Note) => void;
  /** Shows the states, memory and cards of these services until what it returns is called. */
  readonly follow: (supervisor: Supervisor, plan: Plan) => () => void;
  /** Turn that is being answered, "3.12". */
  readonly turnInFlight: () => string | null;
  /** The last entries of the journal, oldest first, with those of earlier runs. */
  readonly recent: () => readonly JournalEntry[];
  /** Calls `listener` with each new entry; returns what takes it off again. */
  readonly onEntry: (listener: (entry: JournalEntry) => void) => () => void;
  /** Where `/metrics` answers; null when nobody asked for it, or no port was to be had. */
  readonly metricsUrl: string | null;
  readonly close: () => Promise<void>;
}
