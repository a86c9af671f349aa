/**
 * Prepares the real product and kills itself, with -9, once the journal has taken in a phase of an environment; told of no
 * such phase it gets to its end. Arguments: EARSHOT_HOME, root of the checkout, torch build or "none", environment, phase.
 */
import { catalogue } from '../../main/plan/catalogue.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { prepareStack } from '../../main/services/io/preparation.ts';
import { loadSettings } from '../../main/settings/store.ts';

const [home = '', root = '', build = '', environment = '', phase = ''] = process.argv.slice(2);

async function prepare(): Promise<void> {
  const folders = userFolders({ EARSHOT_HOME: home });
  const { settings } = await loadSettings(folders, new Date());
  await prepareStack({
    settings: { ...settings, overrides: { ...settings.overrides, torchBuild: { id: build, since: null, reason: null } } },
    catalogue,
    folders,
    root,
    rehash: false,
    scope: 'everything',
    note: () => undefined,
    report: (progress) => {
      if (progress.kind === 'phase' && progress.environment === environment && progress.phase === phase) process.kill(process.pid, 'SIGKILL');
    },
  });
}

prepare().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
