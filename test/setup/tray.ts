import dbus from '@particle/dbus-next';
import * as z from 'zod';
import { callBus, type MessageBus } from '../../main/telemetry/io/session-bus.ts';
import type { TrayItem, TrayWatcher } from '../../main/telemetry/io/tray-watcher.ts';

/** One size of the picture: ARGB, eight bits each, row by row. */
export interface TrayPicture {
  readonly width: number;
  readonly height: number;
  readonly argb: Buffer;
}

export interface MenuEntry {
  readonly id: number;
  readonly label: string;
  readonly isSeparator: boolean;
  readonly enabled: boolean;
  readonly visible: boolean;
  /** null for an entry that has no tick. */
  readonly checked: boolean | null;
  readonly children: readonly MenuEntry[];
}

/** The tray icon as a desktop would show and use it; everything is read anew at each call. */
export interface Tray {
  readonly pictures: () => Promise<readonly TrayPicture[]>;
  readonly title: () => Promise<string>;
  readonly toolTip: () => Promise<string>;
  readonly status: () => Promise<string>;
  readonly menu: () => Promise<readonly MenuEntry[]>;
  /** Chooses an entry by its label, at any depth, as a person would: one that is greyed out cannot be chosen. */
  readonly choose: (label: string) => Promise<void>;
  /** A click on the icon itself. */
  readonly activate: () => Promise<void>;
}

const itemSchema = z.object({
  Title: z.string(),
  Status: z.string(),
  Menu: z.string(),
  ToolTip: z.tuple([z.string(), z.array(z.unknown()), z.string(), z.string()]),
  IconPixmap: z.array(z.tuple([z.number(), z.number(), z.instanceof(Buffer)])),
});

const entryProperties = z.object({
  label: z.string().default(''),
  type: z.string().default('standard'),
  enabled: z.boolean().default(true),
  visible: z.boolean().default(true),
  'toggle-type': z.string().default(''),
  'toggle-state': z.number().default(-1),
});

const dbusMenu = 'com.canonical.dbusmenu';
const appearLimitMs = 30_000;

/** The one icon that the watcher knows; an icon that is taken away and registered again is found again. */
export function trayOf(watcher: TrayWatcher): Tray {
  async function read(): Promise<z.infer<typeof itemSchema> & { readonly item: TrayItem }> {
    const item = await watcher.item(appearLimitMs);
    return { item, ...itemSchema.parse(await watcher.properties(item)) };
  }
  return {
    pictures: async () => (await read()).IconPixmap.map(([width, height, argb]) => ({ width, height, argb })),
    title: async () => (await read()).Title,
    toolTip: async () => (await read()).ToolTip.slice(2).filter((text) => text !== '').join('\n'),
    status: async () => (await read()).Status,
    menu: async () => {
      const { item, Menu } = await read();
      return menuOf(watcher.bus, item, Menu);
    },
    choose: async (label) => {
      const { item, Menu } = await read();
      const entries = await menuOf(watcher.bus, item, Menu);
      const entry = everyEntry(entries).find((candidate) => candidate.label === label);
      if (entry?.enabled !== true || !entry.visible) {
        throw new Error(`the tray's menu ${entry === undefined ? 'has no' : 'does not offer'} "${label}": ${everyEntry(entries).map((each) => each.label).join(', ')}`);
      }
      const body = [entry.id, 'clicked', new dbus.Variant('i', 0), 0];
      await callBus(watcher.bus, { destination: item.service, path: Menu, interface: dbusMenu, member: 'Event', signature: 'isvu', body });
    },
    activate: async () => {
      const { item } = await read();
      await callBus(watcher.bus, { destination: item.service, path: item.path, interface: 'org.kde.StatusNotifierItem', member: 'Activate', signature: 'ii', body: [0, 0] });
    },
  };
}

async function menuOf(bus: MessageBus, item: TrayItem, path: string): Promise<readonly MenuEntry[]> {
  const layout = await callBus(bus, { destination: item.service, path, interface: dbusMenu, member: 'GetLayout', signature: 'iias', body: [0, -1, []] });
  return entryOf(layout[1]).children;
}

function entryOf(value: unknown): MenuEntry {
  const [id, properties, children] = z.tuple([z.number(), z.unknown(), z.array(z.unknown())]).parse(value);
  const read = entryProperties.parse(properties);
  return {
    id,
    // An underscore marks the letter of the keyboard; two of them are one.
    label: read.label.replace(/_(.)/g, '$1'),
    isSeparator: read.type === 'separator',
    enabled: read.enabled,
    visible: read.visible,
    checked: read['toggle-type'] === '' ? null : read['toggle-state'] === 1,
    children: children.map(entryOf),
  };
}

function everyEntry(entries: readonly MenuEntry[]): readonly MenuEntry[] {
  return entries.flatMap((entry) => [entry, ...everyEntry(entry.children)]);
}
