import { Menu, nativeImage, Tray, type MenuItemConstructorOptions, type NativeImage, type Rectangle } from 'electron';
import { join } from 'node:path';
import type { Status } from '../../preload/contract.ts';
import type { MenuEntry } from './tray-menu.ts';

type EntryDoes = Exclude<MenuEntry, { kind: 'separator' | 'text' }>['does'];

/** The icon in the tray. Its picture is the state. */
export interface TrayIcon {
  /** Tells from now on what is clicked and chosen. */
  readonly connect: (listener: TrayListener) => void;
  readonly update: (shown: { readonly status: Status; readonly headline: string; readonly menu: readonly MenuEntry[] }) => void;
  /** Where it is; empty where the system does not say (Linux). */
  readonly bounds: () => Rectangle;
  readonly remove: () => void;
}

export interface TrayListener {
  readonly onClick: () => void;
  readonly onEntry: (does: EntryDoes) => void;
}

/** Shows the icon; `root` is the folder that holds the assets. */
export function createTray(root: string): TrayIcon {
  const tray = new Tray(picture(root, 'starting'));
  let listener: TrayListener | null = null;
  let shownStatus: Status = 'starting';
  let shownHeadline = '';
  let shownMenu = '';
  tray.on('click', () => { listener?.onClick(); });
  function chosen(does: EntryDoes): void {
    listener?.onEntry(does);
  }

  return {
    connect: (next) => {
      listener = next;
    },
    update: ({ status, headline, menu }) => {
      // The state goes on changing while everything ends in order.
      if (tray.isDestroyed()) return;
      if (status !== shownStatus) tray.setImage(picture(root, status));
      shownStatus = status;
      if (headline !== shownHeadline) tray.setToolTip(`Earshot: ${headline}`);
      shownHeadline = headline;
      const text = JSON.stringify(menu);
      if (text !== shownMenu) tray.setContextMenu(Menu.buildFromTemplate(menu.map((entry) => template(entry, chosen))));
      shownMenu = text;
    },
    bounds: () => tray.getBounds(),
    remove: () => {
      tray.destroy();
    },
  };
}

function picture(root: string, status: Status): NativeImage {
  const ending = process.platform === 'win32' ? 'ico' : 'png';
  return nativeImage.createFromPath(join(root, 'assets', 'icons', 'tray', `${status}.${ending}`));
}

function template(entry: MenuEntry, onEntry: TrayListener['onEntry']): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: entry.label, enabled: false };
    case 'item':
      return { label: entry.label, enabled: entry.enabled, click: () => { onEntry(entry.does); } };
    case 'checkbox':
    case 'radio':
      return { type: entry.kind, label: entry.label, checked: entry.checked, click: () => { onEntry(entry.does); } };
  }
}
