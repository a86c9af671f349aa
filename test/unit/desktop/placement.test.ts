import { describe, expect, test } from 'vitest';
import { placeBeside } from '../../../main/desktop/placement.ts';

const size = { width: 400, height: 640 };
const icon = { width: 24, height: 24 };

describe('the window opens', () => {
  test.each([
    ['above a taskbar at the bottom, right corner', { x: 1_800, y: 1_050 }, { x: 0, y: 0, width: 1_920, height: 1_040 }, { x: 1_512, y: 392 }],
    ['above a taskbar at the bottom, left corner', { x: 4, y: 1_050 }, { x: 0, y: 0, width: 1_920, height: 1_040 }, { x: 8, y: 392 }],
    ['below a bar at the top, right corner', { x: 1_800, y: 4 }, { x: 0, y: 32, width: 1_920, height: 1_048 }, { x: 1_512, y: 40 }],
    ['below a bar at the top, left corner', { x: 4, y: 4 }, { x: 0, y: 32, width: 1_920, height: 1_048 }, { x: 8, y: 40 }],
    ['under the middle of its icon', { x: 1_000, y: 4 }, { x: 0, y: 32, width: 1_920, height: 1_048 }, { x: 812, y: 40 }],
    ['beside a bar at the left, low icon', { x: 10, y: 1_000 }, { x: 48, y: 0, width: 1_872, height: 1_080 }, { x: 56, y: 352 }],
    ['beside a bar at the right, high icon', { x: 1_890, y: 20 }, { x: 0, y: 0, width: 1_872, height: 1_080 }, { x: 1_464, y: 52 }],
    ['on the second screen, left of the first', { x: -100, y: 1_050 }, { x: -1_280, y: 16, width: 1_280, height: 1_024 }, { x: -408, y: 392 }],
  ])('%s', (_where, at, workArea, place) => {
    expect(placeBeside({ ...at, ...icon }, size, workArea)).toEqual({ ...place, ...size });
  });

  test('smaller, where there is less room, and wholly inside of it', () => {
    const workArea = { x: 100, y: 50, width: 320, height: 240 };
    const corners = [[100, 26], [396, 26], [100, 290], [396, 290]] as const;
    expect(corners.map(([x, y]) => placeBeside({ x, y, ...icon }, size, workArea))).toEqual(Array(4).fill({ x: 108, y: 58, width: 304, height: 224 }));
  });

  test('never with a negative size, however tiny the screen says it is', () => {
    const { width, height } = placeBeside({ x: 0, y: 0, ...icon }, size, { x: 0, y: 0, width: 10, height: 0 });
    expect([width >= 0, height >= 0]).toEqual([true, true]);
  });

  test('at whole pixels, wherever a scaled screen puts its icon', () => {
    const { x, y } = placeBeside({ x: 1_000.4, y: 3.3, width: 23.7, height: 23.7 }, { width: 401, height: 640 }, { x: 0, y: 0, width: 1_920, height: 1_080 });
    expect([Number.isInteger(x), Number.isInteger(y)]).toEqual([true, true]);
  });
});
