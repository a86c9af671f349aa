/** Draws every icon of the product from assets/icons/source: `npx tsx assets/icons/make-icons.ts`. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statuses } from '../../preload/contract.ts';
import { icoFile } from './ico.ts';
import { render, type Drawing } from './render.ts';

const folder = import.meta.dirname;

/** Electron takes the second for screens of twice the density, by its name. */
const trayPngs = [
  { suffix: '', sizePx: 22 },
  { suffix: '@2x', sizePx: 44 },
] as const;
/** What Windows shows in its tray at 100, 125, 150 and 200 %. */
const trayIcoSizesPx = [16, 20, 24, 32];
const appSizesPx = [16, 24, 32, 48, 64, 128, 256, 512];
/** Up to here the picture with fewer, heavier lines is used. */
const largestSmallPx = 32;
const largestIcoPx = 256;

interface Picture {
  readonly path: string;
  readonly source: string;
  readonly sizePx: number;
}

interface Icon {
  readonly path: string;
  readonly source: (sizePx: number) => string;
  readonly sizesPx: readonly number[];
}

interface Wanted {
  readonly source: string;
  readonly sizePx: number;
  readonly fullBleed: boolean;
}

const tray = statuses.map((status) => ({ status, source: join('tray', `${status}.svg`) }));

const pictures: readonly Picture[] = [
  ...tray.flatMap(({ status, source }) => trayPngs.map(({ suffix, sizePx }) => ({ path: join('tray', `${status}${suffix}.png`), source, sizePx }))),
  ...appSizesPx.map((sizePx) => ({ path: join('app', `${sizePx}.png`), source: appSource(sizePx), sizePx })),
];
const icons: readonly Icon[] = [
  ...tray.map(({ status, source }) => ({ path: join('tray', `${status}.ico`), source: () => source, sizesPx: trayIcoSizesPx })),
  { path: 'app.ico', source: appSource, sizesPx: appSizesPx.filter((sizePx) => sizePx <= largestIcoPx) },
];

function appSource(sizePx: number): string {
  return sizePx <= largestSmallPx ? 'app-small.svg' : 'app.svg';
}

const wanted: readonly Wanted[] = [
  ...pictures.map(({ source, sizePx }) => ({ source, sizePx, fullBleed: false })),
  ...icons.flatMap(({ source, sizesPx }) => sizesPx.map((sizePx) => ({ source: source(sizePx), sizePx, fullBleed: true }))),
];
const pngs = await render(await Promise.all(wanted.map(drawing)));

for (const name of ['tray', 'app']) {
  await rm(join(folder, name), { recursive: true, force: true });
  await mkdir(join(folder, name));
}
for (const { path, source, sizePx } of pictures) await writeFile(join(folder, path), png(source, sizePx, false));
for (const { path, source, sizesPx } of icons) {
  await writeFile(join(folder, path), icoFile(sizesPx.map((sizePx) => ({ sizePx, png: png(source(sizePx), sizePx, true) }))));
}
console.log(`Wrote ${pictures.length} PNG and ${icons.length} ICO files.`);

/** A panel leaves no space between icons, so ours has a margin; Windows does, so there it is cut off and edges fall on whole pixels. */
async function drawing({ source, sizePx, fullBleed }: Wanted): Promise<Drawing> {
  const svg = await readFile(join(folder, 'source', source), 'utf8');
  return { svg: fullBleed ? svg.replace('viewBox="0 0 22 22"', 'viewBox="1 1 20 20"') : svg, sizePx };
}

function png(source: string, sizePx: number, fullBleed: boolean): Buffer {
  const found = pngs[wanted.findIndex((each) => each.source === source && each.sizePx === sizePx && each.fullBleed === fullBleed)];
  if (found === undefined) throw new Error(`${source} was not drawn at ${sizePx} px.`);
  return found;
}
