import { sessionBus } from '@particle/dbus-next';

type MessageBus = ReturnType<typeof sessionBus>;

const watcher = 'org.kde.StatusNotifierWatcher';
const answerLimitMs = 3_000;

/**
 * Whether the desktop shows tray icons. Windows always does; on Linux something has to own the watcher's name on the
 * session bus (GNOME without an extension has nothing that does, and an icon would go nowhere).
 */
export async function showsTrayIcons(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  if (process.env['DBUS_SESSION_BUS_ADDRESS'] === undefined) return false;
  let bus: MessageBus | null = null;
  let timer: NodeJS.Timeout | undefined;
  try {
    const asked = sessionBus();
    bus = asked;
    const failed = new Promise<never>((_resolve, reject) => {
      asked.on('error', reject);
      timer = setTimeout(() => {
        reject(new Error('the session bus does not answer'));
      }, answerLimitMs);
    });
    return await Promise.race([isOwned(asked), failed]);
  } catch {
    // No session bus answers, or its address is none, so nobody can show an icon.
    return false;
  } finally {
    clearTimeout(timer);
    bus?.disconnect();
  }
}

async function isOwned(bus: MessageBus): Promise<boolean> {
  const proxy = await bus.getProxyObject('org.freedesktop.DBus', '/org/freedesktop/DBus');
  const owned: unknown = await proxy.getInterface('org.freedesktop.DBus')['NameHasOwner']?.(watcher);
  return owned === true;
}
