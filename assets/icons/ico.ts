export interface IcoImage {
  /** Width and height, at most 256. */
  readonly sizePx: number;
  readonly png: Buffer;
}

const headerBytes = 6;
const entryBytes = 16;

/** A Windows icon file of PNG images, which Windows has read in every size since Vista. */
export function icoFile(images: readonly IcoImage[]): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16LE(1, 2); // an icon, not a cursor
  header.writeUInt16LE(images.length, 4);
  let offset = headerBytes + entryBytes * images.length;
  const entries = images.map(({ sizePx, png }) => {
    const entry = Buffer.alloc(entryBytes);
    // One byte each: 256 is written as 0.
    entry.writeUInt8(sizePx % 256, 0);
    entry.writeUInt8(sizePx % 256, 1);
    entry.writeUInt16LE(1, 4); // colour planes
    entry.writeUInt16LE(32, 6); // bits a pixel
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...images.map(({ png }) => png)]);
}
