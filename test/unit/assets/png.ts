import { inflateSync } from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: red, green, blue, opacity. */
  readonly rgba: Buffer;
}

const signatureBytes = 8;
const pixelBytes = 4;

/** Decodes what Chromium writes: eight bits, RGBA, not interlaced. */
export function decodePng(png: Buffer): Pixels {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const format = [...png.subarray(24, 29)].join(' ');
  if (format !== '8 6 0 0 0') throw new Error(`This decoder reads no PNG of format ${format}.`);
  const packed: Buffer[] = [];
  for (let offset = signatureBytes; offset < png.length; ) {
    const length = png.readUInt32BE(offset);
    if (png.toString('latin1', offset + 4, offset + 8) === 'IDAT') packed.push(png.subarray(offset + 8, offset + 8 + length));
    offset += length + 12;
  }
  return { width, height, rgba: unfilter(inflateSync(Buffer.concat(packed)), width * pixelBytes) };
}

/** Each row starts with a byte that says how its bytes were predicted from those to the left and above. */
function unfilter(rows: Buffer, rowBytes: number): Buffer {
  const height = rows.length / (rowBytes + 1);
  const out = Buffer.alloc(height * rowBytes);
  for (let y = 0; y < height; y += 1) {
    const filter = rows[y * (rowBytes + 1)];
    for (let x = 0; x < rowBytes; x += 1) {
      const at = y * rowBytes + x;
      const left = x < pixelBytes ? 0 : (out[at - pixelBytes] ?? 0);
      const above = y === 0 ? 0 : (out[at - rowBytes] ?? 0);
      const corner = y === 0 || x < pixelBytes ? 0 : (out[at - rowBytes - pixelBytes] ?? 0);
      const predicted = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][filter ?? 0] ?? 0;
      out[at] = ((rows[y * (rowBytes + 1) + 1 + x] ?? 0) + predicted) & 0xff;
    }
  }
  return out;
}

/** The neighbour nearest to left + above - corner. */
function nearest(left: number, above: number, corner: number): number {
  const [byLeft, byAbove, byCorner] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** PNG files inside of a Windows icon file, with the sizes its directory gives them. */
export function imagesOfIco(ico: Buffer): readonly { readonly sizePx: number; readonly png: Buffer }[] {
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const entry = 6 + 16 * index;
    const offset = ico.readUInt32LE(entry + 12);
    return { sizePx: ico.readUInt8(entry) || 256, png: ico.subarray(offset, offset + ico.readUInt32LE(entry + 8)) };
  });
}
