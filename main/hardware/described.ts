/** One object of a description that a person may have written: each field is read as far as it goes, and what is not right is noted. */
export interface Described {
  readonly text: (key: string, fallback: string) => string;
  readonly textOrNull: (key: string) => string | null;
  readonly flag: (key: string, fallback: boolean) => boolean;
  readonly flagOrNull: (key: string) => boolean | null;
  readonly whole: (key: string, fallback: number) => number;
  /** MiB as a number, or as "4096 MiB" and "16 GB". */
  readonly mebibytes: (key: string, fallback: number) => number;
  readonly mebibytesOrNull: (key: string, fallback?: number | null) => number | null;
  readonly texts: (key: string, fallback: readonly string[]) => readonly string[];
  /** The field as it is; undefined when it is not there. */
  readonly raw: (key: string) => unknown;
  /** Says what was made of a field. */
  readonly note: (key: string, what: string) => void;
  /** Writes down what is missing or unknown; the last call. */
  readonly finish: () => void;
}

const mebibytesByUnit: Readonly<Record<string, number>> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2 };

/** `path` is "" for the whole description, else "gpus[0]" and the like; `known` are the fields that mean something. */
export function describe(value: unknown, path: string, known: readonly string[], notes: string[], optional: readonly string[] = []): Described {
  const record = isRecord(value) ? value : {};
  const missing: string[] = [];
  if (value !== undefined && !isRecord(value)) notes.push(`${path} is not an object: it was taken as one without fields.`);

  function at(key: string): string {
    return path === '' ? key : `${path}.${key}`;
  }
  function raw(key: string): unknown {
    return Object.hasOwn(record, key) ? record[key] : undefined;
  }
  function note(key: string, what: string): void {
    notes.push(`${at(key)} ${what}`);
  }
  /** The field where `accept` understands it, else the fallback and a note why. */
  function read<Value>(key: string, what: string, fallback: Value, accept: (found: unknown) => Value | undefined): Value {
    const found = raw(key);
    if (found === undefined) {
      if (!optional.includes(key)) missing.push(`${key} (taken as ${JSON.stringify(fallback)})`);
      return fallback;
    }
    const value = accept(found);
    if (value !== undefined) return value;
    note(key, `is ${shown(found)}, not ${what}: taken as ${JSON.stringify(fallback)}.`);
    return fallback;
  }
  function size(key: string, found: unknown): number | undefined {
    const mebibytes = sizeOf(found);
    if (mebibytes !== undefined && typeof found !== 'number') note(key, `is ${shown(found)}: taken as ${mebibytes} MiB.`);
    return mebibytes;
  }

  return {
    raw,
    note,
    text: (key, fallback) => read(key, 'a text', fallback, textOf),
    textOrNull: (key) => read<string | null>(key, 'a text', null, (found) => (found === null ? null : textOf(found))),
    flag: (key, fallback) => read(key, 'true or false', fallback, flagOf),
    flagOrNull: (key) => read<boolean | null>(key, 'true or false', null, (found) => (found === null ? null : flagOf(found))),
    whole: (key, fallback) => read(key, 'a whole number', fallback, wholeOf),
    mebibytes: (key, fallback) => read(key, 'a size in MiB', fallback, (found) => size(key, found)),
    mebibytesOrNull: (key, fallback = null) => read(key, 'a size in MiB', fallback, (found) => (found === null ? null : size(key, found))),
    texts: (key, fallback) => read(key, 'a list of texts', fallback, (found) => (isTexts(found) ? found : undefined)),
    finish: () => {
      if (missing.length > 0) notes.push(`${path === '' ? 'The description' : path} lacks ${missing.join(', ')}.`);
      for (const key of Object.keys(record)) if (!known.includes(key)) note(key, 'is no field that Earshot knows: left out.');
    },
  };
}

/** A list of objects; anything else is noted and empty. */
export function list(owner: Described, key: string): readonly unknown[] {
  const found = owner.raw(key);
  if (Array.isArray(found)) return found;
  owner.note(key, found === undefined ? 'is missing: taken as an empty list.' : `is ${shown(found)}, not a list: taken as an empty one.`);
  return [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function wholeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 && value < 1e12 ? Math.round(value) : undefined;
  const [, digits, unit = 'm'] = /^\s*(\d{1,12}(?:\.\d+)?)\s*(?:([kmgt])i?b?)?\s*$/i.exec(textOf(value) ?? '') ?? [];
  return digits === undefined ? undefined : Math.round(Number(digits) * (mebibytesByUnit[unit.toLowerCase()] ?? 1));
}
