/** Installs the voice environment, and says so when it got to its end. Arguments: EARSHOT_HOME, root of the checkout. */
import { installedUv } from '../../../../main/environment/io/uv.ts';
import { installEnvironment, voiceSlot } from '../../../../main/environment/io/voice-environment.ts';
import { userFolders } from '../../../../main/platform/folders.ts';

async function installAll(home: string, root: string): Promise<void> {
  const folders = userFolders({ EARSHOT_HOME: home });
  const uv = await installedUv(folders, root);
  if (uv === null) throw new Error(`there is no uv in ${home}`);
  await installEnvironment(await voiceSlot(uv, folders, root, () => undefined), uv, () => undefined);
  process.stdout.write('installed');
}

void installAll(process.argv[2] ?? '', process.argv[3] ?? '');
