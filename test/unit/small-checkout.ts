import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedUv, type Uv } from '../../main/environment/io/uv.ts';
import { userFolders, type Folders } from '../../main/platform/folders.ts';
import { wheel, type Wheel } from '../fakes/package-index.ts';
import { repository } from '../setup/prepare.ts';
import { realUv, uvData } from './real-uv.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The one package of the voice environment here. */
export const tiny = wheel('tiny', '1.0', { 'tiny/__init__.py': 'answer = 42\n', 'tiny/vad.onnx': 'detector' });

export interface Checkout {
  readonly root: string;
  readonly home: string;
  readonly folders: Folders;
  readonly uv: Uv;
}

/** A checkout whose voice environment is `packages`, and a home that has the product's uv and nothing else. */
export async function smallCheckout(packages: readonly Wheel[] = [tiny]): Promise<Checkout> {
  const root = temporaryFolder();
  const locks = join(root, 'python', 'locks');
  mkdirSync(locks, { recursive: true });
  for (const name of ['uv.txt', 'build.txt']) copyFileSync(join(repository, 'python', 'locks', name), join(locks, name));
  // The tools of the set-up run behind it.
  mkdirSync(join(root, 'python', 'launch'));
  copyFileSync(join(repository, 'python', 'launch', 'shim.py'), join(root, 'python', 'launch', 'shim.py'));
  lockEnvironment(root, 'voice', packages);
  await realUv();
  const home = temporaryFolder();
  const folders = userFolders({ EARSHOT_HOME: home });
  mkdirSync(folders.data);
  symlinkSync(join(uvData, 'tools'), join(folders.data, 'tools'));
  const uv = await installedUv(folders, root);
  if (uv === null) throw new Error('the tests’ home lost its uv');
  return { root, home, folders, uv };
}

/** Makes `packages` an environment of a checkout. */
export function lockEnvironment(root: string, environment: string, packages: readonly Wheel[]): void {
  writeFileSync(join(root, 'python', 'locks', `${environment}.linux.txt`), `${packages.map((each) => each.requirement).join('\n')}\n`);
}

/** Names of everything that stands where environments do, half-made ones too. */
export function environmentsIn(folders: Folders): readonly string[] {
  const folder = join(folders.data, 'environments');
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
