import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartCommand } from './launch.ts';

/** The least an app in the tray can be: an icon, and one hidden window with a blank page. */
const main = `
const { app, BrowserWindow, Menu, nativeImage, Tray } = require('electron');
const { join } = require('node:path');
app.setPath('userData', join(__dirname, 'profile'));
let tray;
void app.whenReady().then(() => {
  const size = 22;
  tray = new Tray(nativeImage.createFromBitmap(Buffer.alloc(size * size * 4, 0xff), { width: size, height: size }));
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Quit', click: () => app.quit() }]));
  const window = new BrowserWindow({ show: false, width: 400, height: 640 });
  void window.loadURL('about:blank');
});
`;

/** Writes a hello-world that starts the way Earshot does from a checkout: npm, the same launcher, the same Electron. */
export async function writeHelloWorld(repository: string): Promise<{ readonly folder: string; readonly command: StartCommand }> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-hello-'));
  const launcher = join(repository, 'dist', 'start.cjs');
  const packageFile = { name: 'hello-world', version: '1.0.0', private: true, main: 'dist/index.cjs', scripts: { start: `node ${JSON.stringify(launcher)}` } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageFile));
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'index.cjs'), main);
  return { folder, command: { program: 'npm', arguments: ['start'], folder } };
}
