import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { statuses } from '../../../preload/contract.ts';
import { decodePng, imagesOfIco, type Pixels } from './png.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'assets', 'icons');
/** WCAG's bound for pictures that mean something. */
const leastContrast = 3;

function icon(path: string): Pixels {
  return decodePng(readFileSync(join(folder, path)));
}

function ico(path: string): readonly Pixels[] {
  return imagesOfIco(readFileSync(join(folder, path))).map(({ png }) => decodePng(png));
}

function sizes(images: readonly Pixels[]): readonly string[] {
  return images.map(({ width, height }) => `${width}×${height}`);
}

function pixels({ rgba }: Pixels): readonly (readonly [number, number, number, number])[] {
  return Array.from({ length: rgba.length / 4 }, (_, index) => [rgba[index * 4] ?? 0, rgba[index * 4 + 1] ?? 0, rgba[index * 4 + 2] ?? 0, rgba[index * 4 + 3] ?? 0]);
}

/** Where something is drawn, and where it is white: what is left without any colour. */
function shape(image: Pixels): readonly ('nothing' | 'white' | 'colour')[] {
  return pixels(image).map(([red, green, blue, opacity]) => (opacity < 128 ? 'nothing' : Math.min(red, green, blue) > 200 ? 'white' : 'colour'));
}

function luminance([red, green, blue]: readonly [number, number, number]): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((byte) => (byte / 255 <= 0.03928 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: readonly [number, number, number], other: readonly [number, number, number]): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour that most of the opaque pixels have. */
function mainColour(image: Pixels): readonly [number, number, number] {
  const counts = new Map<string, number>();
  for (const [red, green, blue, opacity] of pixels(image)) {
    if (opacity === 255) counts.set(`${red},${green},${blue}`, (counts.get(`${red},${green},${blue}`) ?? 0) + 1);
  }
  const [most = ''] = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const [red = 0, green = 0, blue = 0] = most.split(',').map(Number);
  return [red, green, blue];
}

test('every state has its tray icon in every size, and there is no other', async () => {
  expect((await readdir(join(folder, 'tray'))).sort()).toEqual(statuses.flatMap((status) => [`${status}.ico`, `${status}.png`, `${status}@2x.png`]).sort());
  for (const status of statuses) {
    expect(sizes([icon(`tray/${status}.png`), icon(`tray/${status}@2x.png`), ...ico(`tray/${status}.ico`)])).toEqual(['22×22', '44×44', '16×16', '20×20', '24×24', '32×32']);
  }
});

test('the app has its icon in every size that a desktop asks for', () => {
  const sizesPx = [16, 24, 32, 48, 64, 128, 256];
  expect(sizes(ico('app.ico'))).toEqual(sizesPx.map((sizePx) => `${sizePx}×${sizePx}`));
  expect(sizes([...sizesPx, 512].map((sizePx) => icon(`app/${sizePx}.png`)))).toEqual([...sizesPx, 512].map((sizePx) => `${sizePx}×${sizePx}`));
});

test('each icon shows something and leaves its upper corners to the panel', () => {
  const all = [...statuses.flatMap((status) => [icon(`tray/${status}.png`), icon(`tray/${status}@2x.png`), ...ico(`tray/${status}.ico`)]), ...ico('app.ico'), icon('app/512.png')];
  for (const image of all) {
    const opacities = pixels(image).map(([, , , opacity]) => opacity);
    const corners = [0, image.width - 1].map((at) => (opacities[at] ?? 255) < 128);
    expect(corners).toEqual([true, true]);
    expect(opacities.filter((opacity) => opacity >= 128).length / opacities.length).toBeGreaterThan(0.2);
  }
});

test.each(['tray/STATUS.png', 'tray/STATUS@2x.png'])('states differ by shape, not by colour alone: %s', (path) => {
  const shapes = statuses.map((status) => ({ status, drawn: shape(icon(path.replace('STATUS', status))) }));
  for (const [index, one] of shapes.entries()) {
    for (const other of shapes.slice(index + 1)) {
      const different = one.drawn.filter((pixel, at) => pixel !== other.drawn[at]).length / one.drawn.length;
      expect(different, `${one.status} and ${other.status}`).toBeGreaterThan(0.08);
    }
  }
});

test('each state stands out from a dark and from a light panel, and its picture from its ground', () => {
  for (const status of statuses) {
    const colour = mainColour(icon(`tray/${status}@2x.png`));
    expect(contrast(colour, [0x20, 0x21, 0x24]), `${status} on dark`).toBeGreaterThanOrEqual(leastContrast);
    expect(contrast(colour, [0xff, 0xff, 0xff]), `${status} on light`).toBeGreaterThanOrEqual(leastContrast);
  }
});
