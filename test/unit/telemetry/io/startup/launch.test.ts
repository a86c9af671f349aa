import { expect, test } from 'vitest';
import { startApp } from '../../../../../main/telemetry/io/startup/launch.ts';
import type { TrayWatcher } from '../../../../../main/telemetry/io/tray-watcher.ts';

test('an icon that outlives its app is an error, not a wait without end', async () => {
  const icon = { service: ':1.7', path: '/StatusNotifierItem', registeredAtMs: performance.now() };
  const icons: (typeof icon)[] = [];
  const tray = {
    items: () => icons,
    item: () => {
      icons.push(icon);
      return Promise.resolve(icon);
    },
  } satisfies Partial<TrayWatcher>;
  const command = { program: 'sleep', arguments: ['60'], folder: '/' };
  const app = await startApp(command, { PATH: process.env['PATH'] ?? '' }, tray as unknown as TrayWatcher, new AbortController().signal);
  await expect(app.stop()).rejects.toThrow('a tray icon is still there 5 s after sleep in / ended');
}, 20_000);
