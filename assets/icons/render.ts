/** Draws SVG files as PNG with the Chromium of the Electron that the checkout runs on. */
import { execa } from 'execa';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { electronFor } from '../../electron-binary.ts';
import { startPrivateDesktop } from '../../main/telemetry/io/private-desktop.ts';

export interface Drawing {
  readonly svg: string;
  readonly sizePx: number;
}

const timeLimitMs = 60_000;

/** Without hardware acceleration every computer draws the same pixels. */
const app = `
const { app, BrowserWindow } = require('electron');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
app.disableHardwareAcceleration();
async function draw({ svg, sizePx }) {
  const image = new Image();
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg.replace('<svg ', '<svg width="' + sizePx + '" height="' + sizePx + '" '));
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = sizePx;
  canvas.getContext('2d').drawImage(image, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
}
app.whenReady().then(async () => {
  const page = new BrowserWindow({ show: false });
  await page.loadURL('about:blank');
  const drawings = readFileSync(join(__dirname, 'drawings.json'), 'utf8');
  const images = await page.webContents.executeJavaScript('Promise.all(' + drawings + '.map(' + draw + '))');
  writeFileSync(join(__dirname, 'images.json'), JSON.stringify(images));
  app.exit();
}).catch((error) => { console.error(error); app.exit(1); });
`;

/** PNG files with a transparent ground, in the order of the drawings. */
export async function render(drawings: readonly Drawing[]): Promise<readonly Buffer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'earshot-icons-'));
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'make-icons', main: 'main.js' }));
    await writeFile(join(folder, 'main.js'), app);
    await writeFile(join(folder, 'drawings.json'), JSON.stringify(drawings));
    const { executable, arguments: flags } = await electronFor(folder);
    const desktop = process.platform === 'linux' ? await startPrivateDesktop(process.env) : null;
    try {
      await execa(executable, [`--user-data-dir=${join(folder, 'profile')}`, ...flags], { timeout: timeLimitMs, ...(desktop === null ? {} : { env: desktop.env }) });
    } finally {
      await desktop?.stop();
    }
    const images = JSON.parse(await readFile(join(folder, 'images.json'), 'utf8')) as readonly string[];
    return images.map((image) => Buffer.from(image, 'base64'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
