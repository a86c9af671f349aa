import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { showsTrayIcons } from '../../../main/desktop/tray-host.ts';
import { temporaryFolder } from '../temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['nonsense', 'unix:', 'smoke-signals:hill=3', 'unix:path=/nowhere/bus'])('an address that leads to no bus is a desktop without a tray: %s', async (address) => {
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', address);
  expect(await showsTrayIcons()).toBe(false);
});

test('a bus that never answers is a desktop without a tray, after three seconds', async () => {
  const path = join(temporaryFolder(), 'bus');
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.close();
  });
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${path}`);
  const startedMs = performance.now();
  expect(await showsTrayIcons()).toBe(false);
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThan(2_900);
  expect(tookMs).toBeLessThan(4_500);
});
