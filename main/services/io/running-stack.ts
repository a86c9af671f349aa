import { join } from 'node:path';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Folders } from '../../platform/folders.ts';
import { errorMessage } from '../../platform/text.ts';
import type { Settings } from '../../settings/schema.ts';
import { patientPolicy, restartPolicy } from '../back-off.ts';
import type { ServiceId } from '../service.ts';
import { stackOf } from '../stack.ts';
import type { SupervisorEvent } from '../supervisor-event.ts';
import { openColdLoads } from './cold-loads.ts';
import type { Prepared } from './preparation.ts';
import { openProcessRecords } from './process-records.ts';
import { openServiceLog } from './service-log.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

export interface RunningStack {
  readonly supervisor: Supervisor;
  /** What the services said. */
  readonly logPath: string;
  /** Ends every service in order. */
  readonly stop: () => Promise<void>;
}

export interface RunningStackOptions {
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  readonly folders: Folders;
  readonly root: string;
  readonly say: (line: string) => void;
  readonly onEvent?: (event: SupervisorEvent) => void;
  /** The turn that is under way: what services say is written down with it, and nothing rests meanwhile. */
  readonly turnInFlight?: () => string | null;
}

const minuteMs = 60_000;

/** The services of a prepared machine under a supervisor, not started yet; what they say goes to a file. */
export function openStack(prepared: Prepared, options: RunningStackOptions): RunningStack {
  const { settings, catalogue, folders, root, say, onEvent, turnInFlight = () => null } = options;
  const logPath = join(folders.logs, 'services.log');
  // First what may throw, as nobody would close what was opened before it.
  const services = stackOf({ ...prepared, catalogue, settings, root });
  const log = openServiceLog(logPath, say, turnInFlight);
  const records = openProcessRecords(folders);
  const supervisor = createSupervisor({
    services,
    root,
    policy: restartPolicy,
    serverPolicy: patientPolicy,
    onLine: log.write,
    idleAfterMs: (id) => restAfterMs(settings, id),
    isNeeded: () => turnInFlight() !== null,
    coldLoads: openColdLoads(folders),
    records,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  return {
    supervisor,
    logPath,
    stop: async () => {
      try {
        await supervisor.stop();
        records.close();
      } catch (error) {
        // What it left on disk, as a library that Windows still holds, the next start removes.
        say(`Earshot did not end as tidily as it should: ${errorMessage(error)}`);
      } finally {
        log.close();
      }
    },
  };
}

/** After how long a service rests; null: never. The conversation never does: it is what hears that the others are needed. */
function restAfterMs({ rest }: Settings, id: ServiceId): number | null {
  const minutes = { stt: rest.sttMinutes, llm: rest.llmMinutes, tts: rest.ttsMinutes, conversation: null }[id];
  return minutes === null ? null : minutes * minuteMs;
}
