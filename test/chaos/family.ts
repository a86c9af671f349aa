import { restartPolicy, type RestartPolicy } from '../../main/services/back-off.ts';
import { waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../../main/services/io/supervisor.ts';
import { developerPython, repository } from '../setup/prepare.ts';
import { collectEvents, type Events } from './events.ts';
import { fakeFamily } from './fake-service.ts';
import { newMark, type Mark } from './marked.ts';

/** Four fake engines that depend on one another as the real ones do. */
export interface Family {
  readonly supervisor: Supervisor;
  readonly events: Events;
  readonly mark: Mark;
}

/** Starts such a family and settles once all are ready. The caller ends it. */
export async function startFamily(policy: RestartPolicy = restartPolicy, more: Partial<SupervisorOptions> = {}): Promise<Family> {
  const mark = newMark();
  const events = collectEvents();
  const services = fakeFamily({ root: repository, python: await developerPython(), environment: mark.environment });
  const supervisor = createSupervisor({ services, root: repository, policy, onLine: () => undefined, onEvent: events.tell, ...more });
  supervisor.start();
  await waitUntilReady(supervisor);
  return { supervisor, events, mark };
}
