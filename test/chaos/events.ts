import type { SupervisorEvent } from '../../main/services/supervisor-event.ts';

/** An event of the supervisor and when it was told. */
export interface Told<Event extends SupervisorEvent = SupervisorEvent> {
  readonly atMs: number;
  readonly event: Event;
}

type Kind = SupervisorEvent['kind'];
type Of<K extends Kind> = Extract<SupervisorEvent, { readonly kind: K }>;

/** All that a supervisor tells, kept with its times, so that nothing is missed between two questions. */
export interface Events {
  readonly tell: (event: SupervisorEvent) => void;
  readonly all: () => readonly Told[];
  /** The first event of this kind told at `sinceMs` or later; waits for it as long as it may take. */
  readonly first: <K extends Kind>(kind: K, sinceMs: number, limitMs: number, matches?: (event: Of<K>) => boolean) => Promise<Told<Of<K>>>;
}

export function collectEvents(): Events {
  const told: Told[] = [];
  const waiting = new Set<() => void>();

  function find<K extends Kind>(kind: K, sinceMs: number, matches: (event: Of<K>) => boolean): Told<Of<K>> | undefined {
    return told.filter((one): one is Told<Of<K>> => one.event.kind === kind && one.atMs >= sinceMs).find(({ event }) => matches(event));
  }

  return {
    tell: (event) => {
      told.push({ atMs: performance.now(), event });
      for (const look of [...waiting]) look();
    },
    all: () => told,
    first: (kind, sinceMs, limitMs, matches = () => true) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          waiting.delete(look);
          const since = told.filter(({ atMs }) => atMs >= sinceMs).map(({ atMs, event }) => `${Math.round(atMs - sinceMs)} ms ${JSON.stringify(event)}`);
          reject(new Error(`no "${kind}" within ${limitMs} ms; instead:\n${since.join('\n')}`));
        }, limitMs);
        function look(): void {
          const found = find(kind, sinceMs, matches);
          if (found === undefined) return;
          clearTimeout(limit);
          waiting.delete(look);
          resolve(found);
        }
        waiting.add(look);
        look();
      }),
  };
}
