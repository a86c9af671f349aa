/** `npm run package`: the built product and an Electron in one folder that starts without a checkout. */
import { Arch, build, Platform, type AfterPackContext } from 'electron-builder';
import { execa } from 'execa';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { electronBinary } from './electron-binary.ts';
import { userFolders } from './main/platform/folders.ts';
import { packUv } from './packaged-uv.ts';

const repository = import.meta.dirname;
const bytesPerMiB = 2 ** 20;

export interface PackagedFolder {
  readonly folder: string;
  readonly executable: string;
  readonly electronVersion: string;
}

/**
 * Packs what `dist/` holds into a folder below `output`. Fetches nothing but Electron, where it is not there yet, and the
 * uv that goes with it, which that of `folders` does where there is one.
 */
export async function packageApp(output: string, folders = userFolders(process.env)): Promise<PackagedFolder> {
  const electron = await electronBinary();
  const isWindows = process.platform === 'win32';
  await build({
    projectDir: repository,
    targets: Platform.current().createTarget('dir', Arch.x64),
    publish: 'never',
    config: {
      extends: 'electron-builder.yml',
      directories: { output },
      electronDist: dirname(electron.path),
      electronVersion: electron.version,
      // False: everything is bundled, so there are no node_modules to look after.
      beforeBuild: () => Promise.resolve(false),
      afterPack: async (context) => {
        await removeDefaultApp(context);
        await packUv(join(context.appOutDir, 'resources'), isWindows ? 'win32' : 'linux', repository, folders);
      },
    },
  });
  const folder = join(output, isWindows ? 'win-unpacked' : 'linux-unpacked');
  return { folder, executable: join(folder, isWindows ? 'earshot.exe' : 'earshot'), electronVersion: electron.version };
}

/** An Electron that is not unpacked by electron-builder itself still holds the app that it shows without one. */
async function removeDefaultApp({ appOutDir }: AfterPackContext): Promise<void> {
  for (const name of ['version', join('resources', 'default_app.asar')]) await rm(join(appOutDir, name), { force: true });
}

async function sizeMiB(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0) / bytesPerMiB;
}

if (process.argv[1] === import.meta.filename) {
  await execa('npx', ['tsx', 'build.ts'], { cwd: repository, stdio: 'inherit' });
  const { folder, executable, electronVersion } = await packageApp(join(repository, 'release'));
  const all = await sizeMiB(folder);
  const own = await sizeMiB(join(folder, 'resources'));
  console.log(`\n${relative(repository, executable)} on Electron ${electronVersion}: ${all.toFixed(0)} MiB, of which Earshot ${own.toFixed(1)} MiB.`);
}
