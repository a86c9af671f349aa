/** `npm run screens`: pictures of the real app, light and dark, for docs/screens. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDesktop, type Desktop } from './setup/desktop.ts';
import { prepareProduct, repository } from './setup/prepare.ts';

const folder = join(repository, 'docs', 'screens');
const question = join(repository, 'assets', 'questions', 'capital-of-france.wav');

async function take(desktop: Desktop, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await desktop.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const path = join(folder, `${name}-${colorScheme}.png`);
    await desktop.page.screenshot({ path, animations: 'disabled' });
    console.log(`docs/screens/${name}-${colorScheme}.png`);
  }
}

async function takeAll(desktop: Desktop): Promise<void> {
  await desktop.show();
  await desktop.snapshotWhere(({ services }) => services.some(({ state }) => state === 'starting'), 60_000, 'the services start');
  await take(desktop, 'starting');
  await desktop.snapshotWhere(({ status }) => status === 'idle', 120_000, 'the desktop is ready');
  await take(desktop, 'ready');
  await desktop.sound().play(question);
  await desktop.snapshotWhere(({ exchanges, status }) => exchanges.at(-1)?.heardAfterMs != null && status === 'idle', 60_000, 'the question is answered');
  await take(desktop, 'conversation');
  await desktop.page.getByRole('button', { name: /services/i }).click();
  await take(desktop, 'services');
  await desktop.page.getByText('Why it runs like this').click();
  await desktop.page.locator('[data-part="explanation"]').scrollIntoViewIfNeeded();
  await take(desktop, 'plan');
  await desktop.page.getByRole('button', { name: /services/i }).click();
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await take(desktop, 'settings');
  await desktop.page.getByRole('button', { name: 'Settings' }).click();
  await desktop.sound().unplugMicrophone();
  await desktop.snapshotWhere(({ notices }) => notices.length > 0, 30_000, 'the microphone is missed');
  await take(desktop, 'no-microphone');
}

await prepareProduct();
await mkdir(folder, { recursive: true });
const desktop = await startDesktop({ sound: true });
try {
  await takeAll(desktop);
} finally {
  await desktop.stop();
}
