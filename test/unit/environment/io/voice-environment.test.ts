import { build } from 'esbuild';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedEnvironment, installEnvironment, voiceSlot } from '../../../../main/environment/io/voice-environment.ts';
import { FaultError } from '../../../../main/platform/fault.ts';
import { userFolders, type Folders } from '../../../../main/platform/folders.ts';
import { startPackageIndex, wheel, type Wheel } from '../../../fakes/package-index.ts';
import { repository } from '../../../setup/prepare.ts';
import { realUv, useIndexAlone, uvData } from '../../real-uv.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const tiny = wheel('tiny', '1.0', { 'tiny/__init__.py': 'answer = 42\n' });
const silent = (): void => undefined;

/** A checkout whose voice environment is `wheels`, and a home with uv and nothing else. */
async function checkout(wheels: readonly Wheel[]): Promise<{ root: string; home: string; folders: Folders }> {
  const root = temporaryFolder();
  const locks = join(root, 'python', 'locks');
  mkdirSync(locks, { recursive: true });
  await copyFile(join(repository, 'python', 'locks', 'uv.txt'), join(locks, 'uv.txt'));
  writeFileSync(join(locks, 'voice.linux.txt'), `${wheels.map((each) => each.requirement).join('\n')}\n`);
  await realUv();
  const home = temporaryFolder();
  const folders = userFolders({ EARSHOT_HOME: home });
  mkdirSync(folders.data);
  symlinkSync(join(uvData, 'tools'), join(folders.data, 'tools'));
  return { root, home, folders };
}

function environmentsIn(folders: Folders): readonly string[] {
  const folder = join(folders.data, 'environments');
  return existsSync(folder) ? readdirSync(folder) : [];
}
