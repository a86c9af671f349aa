import { app, dialog, Menu } from 'electron';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applicationRoot, userFolders, type Folders } from '../platform/folders.ts';
import { trustExtraCertificates } from '../platform/extra-certificates.ts';
import { errorMessage } from '../platform/text.ts';
import { registerPageScheme } from './page-scheme.ts';
import { createTray } from './tray.ts';

/** Starts the tray app. Returns at once; a second instance shows the first and leaves. */
export function startDesktop(): void {
  const folders = userFolders(process.env);
  const own = join(folders.data, 'desktop');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
  } catch (error) {
    // Electron would take a lock it cannot write for that of another instance, and leave without a word.
    dialog.showErrorBox('Earshot cannot start', `It may not write to its own folder ${own}. Make that folder yours, or name another one with EARSHOT_HOME.\n${errorMessage(error)}`);
    app.exit(1);
    return;
  }
  app.setPath('userData', own);
  if (!app.requestSingleInstanceLock()) {
    console.log('Earshot is already running; its window is shown.');
    app.exit(0);
    return;
  }
  trustExtraCertificates(process.env);
  // The panel is a small page: its graphics memory belongs to the engines, and a GPU fault must not take it along.
  app.disableHardwareAcceleration();
  // As root Chromium's sandbox cannot work, and enableSandbox would cancel --no-sandbox.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // The page needs no network at all; main's own goes through Node.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  registerPageScheme();
  // No menu is shown; its shortcuts (reload, developer tools) would work all the same.
  Menu.setApplicationMenu(null);
  void app
    .whenReady()
    .then(() => run(folders))
    .catch((error: unknown) => {
      // Without its folders or its files there is nothing that could be shown in a panel.
      dialog.showErrorBox('Earshot cannot start', errorMessage(error));
      app.exit(1);
    });
}

async function run(folders: Folders): Promise<void> {
  const root = applicationRoot();
  // The icon is what a person waits for: the rest of us, a fifth of a second to evaluate, is loaded behind it.
  const tray = createTray(root);
  const { runDesktop } = await import('./desktop.ts');
  await runDesktop({ folders, root, tray });
}
