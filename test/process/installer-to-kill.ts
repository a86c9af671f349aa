/**
 * Installs the environments of a small checkout and kills itself, with -9, at the nth thing that is reported ("everything")
 * or that the journal has taken in ("phases"); told of no such number it gets to its end and says how many there were.
 * Arguments: EARSHOT_HOME, root of the checkout, n, what counts, environments.
 */
import { execFileSync } from 'node:child_process';
import { install } from '../../main/environment/io/install.ts';
import { movedInText } from '../../main/environment/io/make-environment.ts';
import type { Progress } from '../../main/environment/model.ts';
import { catalogue } from '../../main/plan/catalogue.ts';
import { userFolders } from '../../main/platform/folders.ts';
import { defaultSettings } from '../../main/settings/schema.ts';
import { emptyPlan } from '../unit/plan/empty-plan.ts';

const [home = '', root = '', killAt = '', counted = '', ...environments] = process.argv.slice(2);
let reported = 0;

function count(progress: Progress): void {
  // Between the rename and the journal's knowledge of it lies a moment of its own.
  const isStep = progress.kind === 'phase' || (progress.kind === 'detail' && progress.text === movedInText);
  if (counted === 'phases' && !isStep) return;
  if (reported === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  reported += 1;
}

async function installAll(): Promise<void> {
  await install({
    plan: { ...emptyPlan, models: [], environments: environments.map((id) => ({ id, build: id === 'voice' ? null : id.slice('torch-'.length), torch: null, reason: '' })) },
    isRequired: () => true,
    catalogue,
    settings: defaultSettings,
    folders: userFolders({ EARSHOT_HOME: home }),
    root,
    rehash: false,
    atOnce: false,
    report: count,
    prove: ({ python }) => {
      execFileSync(python, ['-c', 'import tiny']);
      return Promise.resolve({ ok: true, torch: null });
    },
  });
  process.stdout.write(String(reported));
}

installAll().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
