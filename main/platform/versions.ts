/**
 * The numbers a version begins with: "550.54.15-grid" → [550, 54, 15], "2.9.1+cu128" → [2, 9, 1]. Empty for what is no
 * version, such as "", "N/A" or "[Not Supported]", which drivers print where they do not know.
 */
function numbersOf(version: string): readonly number[] {
  const known = parsed.get(version);
  if (known !== undefined) return known;
  const digits = /^\s*v?(\d+(?:\.\d+)*)/i.exec(version)?.[1];
  const numbers = digits === undefined ? [] : digits.split('.').map(Number);
  if (parsed.size < 1000) parsed.set(version, numbers);
  return numbers;
}

/** A plan compares the same few dozen versions thousands of times; the bound is for texts that come from outside. */
const parsed = new Map<string, readonly number[]>();

/** Whether there is anything to compare. */
export function isVersion(text: string): boolean {
  return numbersOf(text).length > 0;
}

/**
 * Negative when `a` is older than `b`, positive when it is newer, 0 when they are alike. Numbers compare as numbers
 * (2.10 is newer than 2.9, 450.80.02 is 450.80.2); what is no version is older than everything.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  if (left.length === 0 || right.length === 0) return Math.sign(left.length - right.length);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
