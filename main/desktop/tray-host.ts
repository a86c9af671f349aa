import { sessionBus } from '@particle/dbus-next';

const watcher = 'org.kde.StatusNotifierWatcher';

/**
 * Whether the desktop shows tray icons. Windows always does; on Linux something has to own the watcher's name on the
 * session bus (GNOME without an extension has nothing that does, and an icon would go nowhere).
 */
export async function showsTrayIcons(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  if (process.env['DBUS_SESSION_BUS_ADDRESS'] === undefined) return false;
  const bus = sessionBus();
  try {
    const failed = new Promise<never>((_resolve, reject) => {
      bus.on('error', reject);
    });
    const proxy = await Promise.race([bus.getProxyObject('org.freedesktop.DBus', '/org/freedesktop/DBus'), failed]);
    const owned: unknown = await proxy.getInterface('org.freedesktop.DBus')['NameHasOwner']?.(watcher);
    return owned === true;
  } catch {
    // No session bus answers, so nobody can show an icon.
    return false;
  } finally {
    bus.disconnect();
  }
}
