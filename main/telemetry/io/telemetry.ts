import { join } from 'node:path';
import packageFile from '../../../package.json';
import { turnInFlightAfter } from '../../conversation/turn-event.ts';
import type { Plan } from '../../plan/model.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import { isGpu } from '../../services/child-environment.ts';
import type { ServiceSnapshot, Supervisor } from '../../services/io/supervisor.ts';
import type { Settings } from '../../settings/schema.ts';
import { supervisorNote, turnNote, type Note } from '../journal.ts';
import type { Metrics, Observed } from '../metrics.ts';
import type { Telemetry } from '../telemetry.ts';
import { nextTraces, type OpenTurns } from '../turn-trace.ts';
import { nextWaits, nothingWakes, wakingAfter } from '../waking.ts';
import { cardsWithUtilisation, createCardLook } from './card-figures.ts';
import { openEventJournal } from './event-journal.ts';
import { openMetricsServer, type MetricsServer } from './metrics-server.ts';
import { processFigures } from './process-figures.ts';
import { openTraceExport, type TraceExport } from './trace-export.ts';

export interface TelemetryOptions {
  readonly folders: Folders;
  readonly settings: Settings;
  readonly say: (line: string) => void;
  /** Whether `/metrics` is there even where the settings name no port for it. */
  readonly serveMetrics: 'always' | 'when-asked';
}

interface Served {
  readonly metrics: Metrics;
  readonly server: MetricsServer;
}

/** Opens the journal, and the figures and traces that the settings ask for. */
export async function openTelemetry({ folders, settings, say, serveMetrics }: TelemetryOptions): Promise<Telemetry> {
  const { metricsPort, otlpEndpoint } = settings.telemetry;
  const followed: Supervisor[] = [];
  const cardNames = new Map<string, string>();
  const [journal, served] = await Promise.all([
    openEventJournal({ path: join(folders.logs, 'events.jsonl'), say }),
    serveMetrics === 'always' || metricsPort !== null ? serve(metricsPort, () => followed.at(-1)?.snapshot() ?? [], say) : null,
  ]);
  // Not waited for: nothing is to be sent before the first turn.
  const traces = otlpEndpoint === undefined ? null : tracesTo(otlpEndpoint, say);
  let openTurns: OpenTurns = new Map();
  let turnInFlight: string | null = null;
  let waking = nothingWakes;

  function write(note: Note | null): void {
    if (note !== null) journal.write(note.turn === undefined && turnInFlight !== null ? { ...note, turn: turnInFlight } : note);
  }

  return {
    onSupervisorEvent: (event) => {
      waking = wakingAfter(waking, event);
      served?.metrics.onSupervisorEvent(event);
      write(supervisorNote(event, (uuid) => cardNames.get(uuid) ?? null));
    },
    onTurnEvent: (event) => {
      turnInFlight = turnInFlightAfter(turnInFlight, event);
      const step = nextWaits(waking, event);
      waking = step.waking;
      // The figures count waits for what had stopped.
      if (!step.isOfRest) served?.metrics.onTurnEvent(event);
      write(turnNote(event, step.isOfRest));
      if (traces === null) return;
      const { open, trace } = nextTraces(openTurns, event, Date.now());
      openTurns = open;
      if (trace !== null) void traces.then((opened) => opened?.send(trace));
    },
    note: write,
    follow: (supervisor: Supervisor, plan: Plan) => {
      for (const { uuid, name } of plan.gpus) cardNames.set(uuid, name);
      followed.push(supervisor);
      return () => {
        const position = followed.indexOf(supervisor);
        if (position >= 0) followed.splice(position, 1);
      };
    },
    turnInFlight: () => turnInFlight,
    recent: journal.recent,
    onEntry: journal.onEntry,
    metricsUrl: served?.server.url ?? null,
    close: async () => {
      await Promise.all([served?.server.close(), traces?.then((opened) => opened?.close())]);
      journal.close();
    },
  };
}

/** Where traces go; null, and said, when the way there could not be made ready. */
async function tracesTo(endpoint: string, say: (line: string) => void): Promise<TraceExport | null> {
  try {
    return await openTraceExport({ endpoint, version: packageFile.version, say });
  } catch (error) {
    say(`Times of turns are not sent to the collector at ${endpoint}: ${errorMessage(error)}`);
    return null;
  }
}

/** The figures and where they answer; null when no port was to be had. The library is loaded here, for those only who want figures. */
async function serve(port: number | null, snapshots: () => readonly ServiceSnapshot[], say: (line: string) => void): Promise<Served | null> {
  const { createMetrics } = await import('../metrics.ts');
  const metrics = createMetrics({ version: packageFile.version, platform: process.platform });
  const lookAtCards = createCardLook({ ask: cardsWithUtilisation() });
  const server = await openMetricsServer({
    port,
    contentType: metrics.contentType,
    text: async () => metrics.text(await observe(snapshots(), lookAtCards)),
    say,
  });
  return server === null ? null : { metrics, server };
}

async function observe(services: readonly ServiceSnapshot[], lookAtCards: ReturnType<typeof createCardLook>): Promise<Observed> {
  const running = services.filter(({ pid }) => pid !== null);
  const ownCards = new Set(running.map(({ service }) => service.device).filter(isGpu));
  const cards = await lookAtCards(ownCards);
  const roots = new Map(running.flatMap(({ service, pid }) => (pid === null ? [] : [[service.id, pid] as const])));
  return { services, processes: processFigures(roots), cards };
}
