/**
 * Supervises four fake engines until it is killed. Arguments: root of the checkout, EARSHOT_HOME, Python, mark of the case, and
 * processes that it writes down as its own. Writes one line of JSON once all are ready: the pids of the engines and of
 * their shims, and what it reaped.
 */
import { userFolders } from '../../main/platform/folders.ts';
import { restartPolicy } from '../../main/services/back-off.ts';
import { openProcessRecords, reapLeftovers } from '../../main/services/io/process-records.ts';
import { waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor } from '../../main/services/io/supervisor.ts';
import { fakeFamily } from './fake-service.ts';

const [root = '', home = '', python = '', mark = '', ...leaders] = process.argv.slice(2);

async function supervise(): Promise<void> {
  const folders = userFolders({ EARSHOT_HOME: home });
  const reaped = await reapLeftovers(folders);
  const records = openProcessRecords(folders);
  for (const leader of leaders) records.note(Number(leader));
  const supervisor = createSupervisor({
    services: fakeFamily({ root, python, environment: { EARSHOT_CHAOS: mark } }),
    root,
    policy: restartPolicy,
    onLine: () => undefined,
    records,
  });
  supervisor.start();
  await waitUntilReady(supervisor);
  const pids = supervisor.snapshot().flatMap(({ pid, health }) => [pid, health?.pid ?? null]);
  process.stdout.write(`${JSON.stringify({ pids, reaped })}\n`);
}

supervise().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
