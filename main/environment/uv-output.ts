/** What uv 0.13 tells of an installation, as bars on a terminal or as lines on a pipe. */
export type UvEvent =
  /** A line that stays, without colours and control sequences. */
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'downloading'; readonly name: string; readonly receivedBytes: number; readonly totalBytes: number }
  | { readonly kind: 'downloaded'; readonly name: string }
  /** Its source is there, and a wheel is made of it; a source has no bar of its own. Told once. */
  | { readonly kind: 'building'; readonly name: string }
  /** How many of the packages that are not in the cache are unpacked there by now. */
  | { readonly kind: 'preparing'; readonly done: number; readonly of: number }
  /** All that was missing is in the cache. */
  | { readonly kind: 'prepared' }
  | { readonly kind: 'installed' };

export interface UvReader {
  readonly read: (text: string) => readonly UvEvent[];
  readonly end: () => readonly UvEvent[];
}

// A title (OSC), a colour or a movement (CSI, or the beginning of one that is broken off), another sequence, the end of a line, its start, or text.
// What is not whole yet waits at the end for what follows it.
const token = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b[^\\]))|\x1b\[[0-?]*[ -/]*(?:([@-~])|(?=[^ -~]))|\x1b[^[\]]|(\r?\n)|(\r)(?=[^\n])|([^\x1b\r\n]+)/gy;
/** As uv formats sizes: "0 B", "10.79 KiB", "1.23 GiB"; without the space on a pipe. */
const size = String.raw`(\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|TiB)`;
const bar = new RegExp(String.raw`(\S+)(?: \(download\))?\s+-{2,}\s+${size}/${size}(?=\s|$)`, 'g');
const builder = /\bBuilding (\S+)==\S/g;
const counter = /Preparing packages\.\.\. +\((\d+)\/(\d+)\)/;
const said = new RegExp(String.raw`^\s*Downloading (\S+)(?: \(download\))? \(${size}\)$`);
const drawing = /^[⠁-⣿]\s|[░█]{4,} \[\d+\/\d+\]|\s-{10,}\s/;
/** The bar of a download that failed is left standing, and the next line begins behind it. */
const leftover = /^.*(?:\d [KMGT]?i?B|\(\d+\/\d+\))\s{2,}(\S.*)$/;
const unitBytes: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Reads what uv says as it comes, cut anywhere. Pure but for what it remembers of the last drawing. */
export function createUvReader(): UvReader {
  let pending = '';
  /** Since the cursor was last moved. */
  let current = '';
  let inDrawing = new Set<string>();
  const underWay = new Set<string>();
  const built = new Set<string>();

  /** Bars since the last counter are all there are: uv takes away the bar of what has arrived. */
  function finishDrawing(): UvEvent[] {
    const gone = [...underWay].filter((name) => !inDrawing.has(name));
    for (const name of gone) underWay.delete(name);
    inDrawing = new Set();
    return gone.map((name) => ({ kind: 'downloaded', name }));
  }

  function readDrawing(text: string): UvEvent[] {
    const events = readBuilds(text);
    const count = counter.exec(text);
    if (count !== null) events.push(...finishDrawing(), { kind: 'preparing', done: Number(count[1]), of: Number(count[2]) });
    for (const [, name = '', received, receivedUnit, total, totalUnit] of text.matchAll(bar)) {
      inDrawing.add(name);
      underWay.add(name);
      events.push({ kind: 'downloading', name, receivedBytes: bytesOf(received, receivedUnit), totalBytes: bytesOf(total, totalUnit) });
    }
    return events;
  }

  function readBuilds(text: string): UvEvent[] {
    const names = [...text.matchAll(builder)].flatMap(([, name = '']) => (built.has(name) ? [] : [name]));
    for (const name of names) built.add(name);
    return names.map((name) => ({ kind: 'building', name }));
  }

  function readLine(text: string): UvEvent[] {
    if (text.trim() === '') return [];
    if (drawing.test(text)) return [...readDrawing(text), ...readLine(leftover.exec(text)?.[1] ?? '')];
    const events: UvEvent[] = [{ kind: 'line', text: text.trimEnd() }, ...readBuilds(text)];
    const [, name, total, unit] = said.exec(text) ?? [];
    if (name !== undefined) events.push({ kind: 'downloading', name, receivedBytes: 0, totalBytes: bytesOf(total, unit) });
    const arrived = /^\s*Downloaded (\S+)(?: \(download\))?$/.exec(text)?.[1];
    if (arrived !== undefined) events.push({ kind: 'downloaded', name: arrived });
    if (/^Prepared \d+ packages? in /.test(text)) events.push({ kind: 'prepared' });
    if (/^Installed \d+ packages? in /.test(text)) events.push({ kind: 'installed' });
    return events;
  }

  function read(text: string): UvEvent[] {
    pending += text;
    const events: UvEvent[] = [];
    let readUntil = 0;
    token.lastIndex = 0;
    for (let found = token.exec(pending); found !== null; found = token.exec(pending)) {
      readUntil = token.lastIndex;
      const [, control, lineEnd, lineStart, words] = found;
      if (words !== undefined) current += words;
      else if (lineEnd !== undefined) {
        events.push(...readLine(current));
        current = '';
      } else if (lineStart !== undefined || (control !== undefined && control !== 'm')) {
        events.push(...readDrawing(current));
        current = '';
      }
    }
    pending = pending.slice(readUntil);
    return events;
  }

  return {
    read,
    end: () => {
      const events = [...read('\n')];
      pending = '';
      return events;
    },
  };
}

function bytesOf(amount = '0', unit = 'B'): number {
  return Math.round(Number(amount) * (unitBytes[unit] ?? 1));
}
