/** An archive in Electron's asar format of a few text files: a length-prefixed JSON index, then the files one after another. */
export function asarArchive(files: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
  let offset = 0;
  const index: Record<string, { size: number; offset: string }> = {};
  for (const { name, bytes } of entries) {
    index[name] = { size: bytes.length, offset: String(offset) };
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify({ files: index }));
  // Chromium's Pickle: what follows is padded to four bytes, and each layer says the length of the next.
  const padding = Buffer.alloc((4 - (json.length % 4)) % 4);
  const paddedBytes = json.length + padding.length;
  return Buffer.concat([...[4, paddedBytes + 8, paddedBytes + 4, json.length].map(uint32), json, padding, ...entries.map(({ bytes }) => bytes)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
