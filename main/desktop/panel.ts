import { BrowserWindow, screen, type Rectangle } from 'electron';
import { join } from 'node:path';
import { nextReload, noCrashes, type ReloadPolicy } from './reload.ts';
import { guardPage } from './security.ts';
import { pageUrl } from './page-protocol.ts';
import { placeBeside } from './placement.ts';

/** The one window: hidden most of the time, for it also carries the microphone and the speaker. */
export interface Panel {
  readonly window: BrowserWindow;
  /** Shows it beside `anchor`, or beside the mouse where the system does not say where the tray icon is. */
  readonly show: (anchor?: Rectangle) => void;
  readonly toggle: (anchor?: Rectangle) => void;
  /** Hides it; where there is no tray to bring it back, it goes to the task bar. */
  readonly hide: () => void;
  /** Lets the window be closed from now on. */
  readonly release: () => void;
}

export interface PanelOptions {
  /** Folder of the bundles, which holds the preload script. */
  readonly bundles: string;
  readonly iconPath: string;
  readonly hasTray: () => boolean;
  readonly onLost: () => void;
  readonly onCrashed: () => void;
  readonly log: (line: string) => void;
}

const size = { width: 400, height: 640 };
const reloadPolicy: ReloadPolicy = { giveUpAfter: 5, windowMs: 60_000 };

export function createPanel(options: PanelOptions): Panel {
  const window = new BrowserWindow({
    ...size,
    minWidth: 340,
    minHeight: 420,
    show: false,
    frame: false,
    title: 'Earshot',
    icon: options.iconPath,
    skipTaskbar: options.hasTray(),
    webPreferences: {
      preload: join(options.bundles, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      autoplayPolicy: 'no-user-gesture-required',
      spellcheck: false,
    },
  });
  const page = window.webContents;
  let released = false;
  let crashes = noCrashes;
  let isLost = false;

  function load(): void {
    page.loadURL(pageUrl).catch((error: unknown) => {
      options.log(`the page could not be loaded: ${String(error)}`);
    });
  }

  function show(anchor?: Rectangle): void {
    const beside = anchor ?? { ...screen.getCursorScreenPoint(), width: 0, height: 0 };
    if (isLost) {
      crashes = noCrashes;
      isLost = false;
      load();
    }
    if (window.isMinimized()) window.restore();
    if (!window.isVisible()) window.setBounds({ ...placeBeside(beside, window.getBounds(), screen.getDisplayNearestPoint(beside).workArea) });
    window.show();
    window.focus();
  }
  function hide(): void {
    if (options.hasTray()) window.hide();
    else window.minimize();
  }

  guardPage(page);
  window.on('close', (event) => {
    if (released) return;
    event.preventDefault();
    hide();
  });
  page.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (released) return;
    options.log(`the page ended: ${reason} (${exitCode})`);
    options.onCrashed();
    const after = nextReload(crashes, Date.now(), reloadPolicy);
    crashes = after.crashes;
    isLost = !after.reload;
    if (after.reload) load();
    else options.onLost();
  });
  page.on('unresponsive', () => {
    options.log('the page does not react; it is loaded anew');
    page.forcefullyCrashRenderer();
  });
  load();

  return {
    window,
    show,
    toggle: (anchor) => {
      if (window.isVisible() && !window.isMinimized()) hide();
      else show(anchor);
    },
    hide,
    release: () => {
      released = true;
    },
  };
}
