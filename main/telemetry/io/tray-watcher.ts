import dbus, { type Message } from '@particle/dbus-next';
import { callBus, connectToBus, type MessageBus } from './session-bus.ts';

const watcherName = 'org.kde.StatusNotifierWatcher';
const watcherPath = '/StatusNotifierWatcher';
const propertiesInterface = 'org.freedesktop.DBus.Properties';
const itemInterface = 'org.kde.StatusNotifierItem';

/** A tray icon that an app has registered. */
export interface TrayItem {
  /** Name on the bus, and the object that is the icon. */
  readonly service: string;
  readonly path: string;
  /** By `performance.now()` of this process. */
  readonly registeredAtMs: number;
}

/** The tray of a desktop without a panel: apps register their icons with it. */
export interface TrayWatcher {
  readonly bus: MessageBus;
  /** Icons that are there now, oldest first. */
  readonly items: () => readonly TrayItem[];
  /** The icon that is there, or the next one to come. */
  readonly item: (limitMs: number) => Promise<TrayItem>;
  readonly properties: (item: TrayItem) => Promise<Readonly<Record<string, unknown>>>;
  readonly stop: () => void;
}

/** Owns the name that Linux apps look for when they want a tray icon, unless this desktop shall show none. */
export async function startTrayWatcher(busAddress: string, { shown }: { readonly shown: boolean } = { shown: true }): Promise<TrayWatcher> {
  const bus = await connectToBus(busAddress);
  let items: readonly TrayItem[] = [];
  const waiting = new Set<(item: TrayItem) => void>();

  function register(message: Message): void {
    const [named] = message.body as readonly string[];
    // Some toolkits name the object and mean themselves; others name their service and mean the usual object.
    const isPath = named?.startsWith('/') === true;
    const item = {
      service: named === undefined || isPath ? message.sender : named,
      path: isPath ? named : '/StatusNotifierItem',
      registeredAtMs: performance.now(),
    };
    items = [...items.filter(({ service, path }) => service !== item.service || path !== item.path), item];
    bus.send(dbus.Message.newMethodReturn(message));
    bus.send(dbus.Message.newSignal(watcherPath, watcherName, 'StatusNotifierItemRegistered', 's', [item.service + item.path]));
    for (const tell of waiting) tell(item);
    waiting.clear();
  }

  function answer(message: Message): boolean {
    if (message.path !== watcherPath) return false;
    const variants = {
      IsStatusNotifierHostRegistered: new dbus.Variant('b', true),
      ProtocolVersion: new dbus.Variant('i', 0),
      RegisteredStatusNotifierItems: new dbus.Variant('as', items.map(({ service, path }) => service + path)),
    };
    switch (`${message.interface}.${message.member}`) {
      case `${watcherName}.RegisterStatusNotifierItem`:
        register(message);
        return true;
      case `${watcherName}.RegisterStatusNotifierHost`:
        bus.send(dbus.Message.newMethodReturn(message));
        return true;
      case `${propertiesInterface}.GetAll`:
        bus.send(dbus.Message.newMethodReturn(message, 'a{sv}', [variants]));
        return true;
      case `${propertiesInterface}.Get`: {
        const variant = Object.entries(variants).find(([name]) => name === (message.body as readonly string[])[1])?.[1];
        if (variant === undefined) return false;
        bus.send(dbus.Message.newMethodReturn(message, 'v', [variant]));
        return true;
      }
      default:
        return false;
    }
  }

  bus.addMethodHandler(answer);
  bus.on('message', (message) => {
    if (message.member !== 'NameOwnerChanged') return;
    const [name, , owner] = message.body as readonly string[];
    if (owner === '') items = items.filter(({ service }) => service !== name);
  });
  const match = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'";
  await callBus(bus, { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', member: 'AddMatch', signature: 's', body: [match] });
  if (shown) await bus.requestName(watcherName);

  return {
    bus,
    items: () => items,
    item: (limitMs) =>
      new Promise((resolve, reject) => {
        const [first] = items;
        if (first !== undefined) {
          resolve(first);
          return;
        }
        const timer = setTimeout(() => {
          waiting.delete(tell);
          reject(new Error(`no tray icon within ${limitMs} ms`));
        }, limitMs);
        function tell(item: TrayItem): void {
          clearTimeout(timer);
          resolve(item);
        }
        waiting.add(tell);
      }),
    properties: async ({ service, path }) => {
      const [all] = await callBus(bus, { destination: service, path, interface: propertiesInterface, member: 'GetAll', signature: 's', body: [itemInterface] });
      return all as Readonly<Record<string, unknown>>;
    },
    stop: () => {
      bus.disconnect();
    },
  };
}
