/** What tells one state of a file on a server from another: its strong ETag, else when it was last changed. */
export interface Validator {
  readonly kind: 'etag' | 'last-modified';
  readonly value: string;
}

/** What is on disk of a file that is still on its way. */
export interface Part {
  readonly bytes: number;
  /** State of the file the bytes are of, and the address it belongs to; null where the server named none. */
  readonly validator: (Validator & { readonly url: string }) | null;
}

/** What is asked of a server next: the rest of the file, or all of it where its answers to the first make no sense. */
export interface Asked {
  readonly url: string;
  readonly range: boolean;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What to do with an answer. */
export type Verdict =
  /** Its body continues the part once its first `skip` bytes are passed over. */
  | { readonly kind: 'take'; readonly skip: number; readonly validator: Validator | null }
  /** The file is another one than the bytes on disk are of: its body is taken from the start. */
  | { readonly kind: 'start-over'; readonly validator: Validator | null; readonly why: string }
  /** The server's idea of ranges is not ours: ask for the whole and pass over what is here. */
  | { readonly kind: 'ask-for-all'; readonly why: string }
  | { readonly kind: 'wait'; readonly why: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly why: string };

export type RefusalCode = 'unauthorised' | 'not-found' | 'wrong-file' | 'refused';

/** Request headers that ask for what is missing of `part`, and for nothing if the file is no longer the same. */
export function rangeHeaders(part: Part, { url, range }: Asked): Readonly<Record<string, string>> {
  if (!range || part.bytes === 0) return {};
  const validator = part.validator?.url === url ? part.validator.value : null;
  return { range: `bytes=${part.bytes}-`, ...(validator === null ? {} : { 'if-range': validator }) };
}

/** Judges the head of an answer before the first byte of its body is read. */
export function judge(head: AnswerHead, part: Part, asked: Asked, expectedBytes: number, nowMs: number): Verdict {
  const { status } = head;
  if (status === 200) return judgeWhole(head, part, asked, expectedBytes);
  if (status === 206) return judgeRange(head, part, asked, expectedBytes);
  // The part is thrown away only for a file that is seen to be another one, which the whole will tell.
  if (status === 416 && asked.range) return { kind: 'ask-for-all', why: 'has no such range of the file' };
  if (status === 401 || status === 403) return { kind: 'refused', code: 'unauthorised', why: `answered ${status}` };
  if (status === 404 || status === 410) return { kind: 'refused', code: 'not-found', why: `answered ${status}` };
  if ([408, 425, 429].includes(status) || status >= 500) return { kind: 'wait', why: `answered ${status}`, retryAfterMs: retryAfter(head, nowMs) };
  return { kind: 'refused', code: 'refused', why: `answered ${status}` };
}

function judgeWhole(head: AnswerHead, part: Part, asked: Asked, expectedBytes: number): Verdict {
  const wrong = wrongLength(header(head, 'content-length'), expectedBytes) ?? packed(head);
  if (wrong !== null) return wrong;
  const validator = validatorOf(head);
  if (part.bytes > 0 && hasChanged(part, validator, asked.url)) {
    return { kind: 'start-over', validator, why: 'has another file now than the one that was begun' };
  }
  return { kind: 'take', skip: part.bytes, validator };
}

function judgeRange(head: AnswerHead, part: Part, asked: Asked, expectedBytes: number): Verdict {
  const given = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header(head, 'content-range') ?? '');
  const [, from, , total] = given ?? [];
  const validator = validatorOf(head);
  if (!asked.range || packed(head) !== null || Number(from) !== part.bytes) return { kind: 'ask-for-all', why: 'sent another range than it was asked for' };
  if (total !== '*') {
    const wrong = wrongLength(total, expectedBytes);
    if (wrong !== null) return wrong;
  }
  // It should have sent the whole then (If-Range), but not every server knows that.
  if (hasChanged(part, validator, asked.url)) return { kind: 'ask-for-all', why: 'has another file now than the one that was begun' };
  return { kind: 'take', skip: 0, validator };
}

/** A length that is not the file's means another file, a page that asks to log in, or a lie: none is worth its bytes. */
function wrongLength(announced: string | undefined, expectedBytes: number): Verdict | null {
  if (announced === undefined || Number(announced) === expectedBytes) return null;
  return { kind: 'refused', code: 'wrong-file', why: `announced ${announced} bytes where the file has ${expectedBytes}` };
}

function packed(head: AnswerHead): Verdict | null {
  const encoding = header(head, 'content-encoding');
  if (encoding === undefined || encoding === 'identity') return null;
  return { kind: 'refused', code: 'wrong-file', why: `sent the file packed (${encoding}), which nobody asked for` };
}

/** Where either side names no state, the file counts as the same: its checksum has the last word. */
function hasChanged(part: Part, now: Validator | null, url: string): boolean {
  const before = part.validator;
  return before !== null && now !== null && before.url === url && before.kind === now.kind && before.value !== now.value;
}

/** A weak ETag promises the same meaning, not the same bytes. */
export function validatorOf(head: AnswerHead): Validator | null {
  const etag = header(head, 'etag');
  if (etag?.startsWith('"') === true) return { kind: 'etag', value: etag };
  const modified = header(head, 'last-modified');
  return modified === undefined ? null : { kind: 'last-modified', value: modified };
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(head: AnswerHead, nowMs: number): number | null {
  const value = header(head, 'retry-after');
  if (value === undefined) return null;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : null;
}

function header({ headers }: AnswerHead, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() : value?.[0];
}
