interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const gap = 8;

/** Bounds of a window of this size beside a tray icon: on the free side of the panel the icon sits in, inside the work area. */
export function placeBeside(icon: Box, window: Pick<Box, 'width' | 'height'>, workArea: Box): Box {
  const width = Math.max(1, Math.min(window.width, workArea.width - 2 * gap));
  const height = Math.max(1, Math.min(window.height, workArea.height - 2 * gap));
  const inUpperHalf = icon.y + icon.height / 2 < workArea.y + workArea.height / 2;
  const y = inUpperHalf ? Math.max(icon.y + icon.height, workArea.y) + gap : Math.min(icon.y, workArea.y + workArea.height) - height - gap;
  return {
    x: clamp(Math.round(icon.x + icon.width / 2 - width / 2), workArea.x + gap, workArea.x + workArea.width - width - gap),
    y: clamp(Math.round(y), workArea.y + gap, workArea.y + workArea.height - height - gap),
    width,
    height,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
