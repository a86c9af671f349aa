import { join } from 'node:path';
import type { Catalogue } from '../../plan/catalogue.ts';
import type { Folders } from '../../platform/folders.ts';
import type { Settings } from '../../settings/schema.ts';
import { restartPolicy } from '../back-off.ts';
import { stackOf } from '../stack.ts';
import type { Prepared } from './preparation.ts';
import { openLog } from './service-log.ts';
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
}

/** The services of a prepared machine under a supervisor, not started yet; what they say goes to a file. */
export function openStack(prepared: Prepared, options: RunningStackOptions): RunningStack {
  const { settings, catalogue, folders, root, say } = options;
  const logPath = join(folders.logs, 'services.log');
  const log = openLog(logPath, say);
  const supervisor = createSupervisor({
    services: stackOf({ ...prepared, catalogue, settings, root }),
    root,
    policy: restartPolicy,
    onLine: (service, line) => {
      log.write(`${service}: ${line}`);
    },
  });
  return {
    supervisor,
    logPath,
    stop: async () => {
      await supervisor.stop();
      log.close();
    },
  };
}
