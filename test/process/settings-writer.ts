/** Changes the settings again and again until it is killed, and says the number of each version that is written. Arguments: folder, run. */
import { userFolders } from '../../main/platform/folders.ts';
import { changeSettings } from '../../main/settings/store.ts';
import { versionText } from './settings-version.ts';

async function changeForever(home: string, run: number): Promise<never> {
  const folders = userFolders({ EARSHOT_HOME: home });
  for (let version = 1; ; version += 1) {
    await changeSettings(folders, { told: [...versionText(run, version)] });
    process.stdout.write(`${version}\n`);
  }
}

void changeForever(process.argv[2] ?? '', Number(process.argv[3]));
