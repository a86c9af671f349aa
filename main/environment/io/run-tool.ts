import { execa } from 'execa';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { plainLines, type LineReader } from '../tool-lines.ts';

export interface ToolResult {
  readonly ok: boolean;
  /** It was ended because its signal was aborted; what it says of that is no fault. */
  readonly cancelled: boolean;
  readonly stdout: string;
  /** Last lines of standard error: what a person or a fault needs. */
  readonly lastLines: string;
}

/** The launch shim, and the Python that runs it: what is started behind it ends with main, however main ends. */
export interface Shim {
  readonly python: string;
  readonly path: string;
}

export interface ToolOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly onLine?: ((line: string) => void) | undefined;
  /** Left out for a question that is answered at once, and while no Python is known. */
  readonly shim?: Shim | null;
  /** Aborted: the tool and all that it has started end at once. */
  readonly signal?: AbortSignal | undefined;
  /** Reads standard error as it is drawn on a terminal, which the shim gives the tool where the system has them. */
  readonly drawn?: LineReader | undefined;
}

const keptLines = 30;

/** Runs an installer tool to its end, handing each line it says to `onLine` while it works. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const { shim = null, signal, drawn } = options;
  if (isAborted(signal)) return { ok: false, cancelled: true, stdout: '', lastLines: '' };
  const terminal = drawn === undefined ? [] : ['--terminal'];
  // -I: what the environment says about Python is meant for the tool.
  const [started, ...rest] = shim === null ? [program, ...args] : [shim.python, '-I', shim.path, ...terminal, '--', program, ...args];
  const child = execa(started, rest, {
    env: { ...options.env },
    extendEnv: false,
    stdin: shim === null ? 'ignore' : 'pipe',
    reject: false,
    // An hour of progress bars is hundreds of megabytes.
    buffer: false,
    // An installer that outlives us would go on writing into a folder nobody watches.
    cleanup: true,
  });
  // A tool that ends before it has read its line closes the pipe; its exit tells the story, not this error.
  child.stdin?.on('error', () => undefined);
  // The shim waits for one line, and from then on for the end of the pipe: it ends with us.
  child.stdin?.write('\n');
  function cancel(): void {
    // Without a shim there is no pipe to close, and nobody who would end what the tool has started.
    if (child.stdin === null) child.kill('SIGKILL');
    else child.stdin.end();
  }
  signal?.addEventListener('abort', cancel, { once: true });

  let stdout = '';
  const tail: string[] = [];
  const lines = drawn ?? plainLines();
  function say(said: readonly string[]): void {
    for (const line of said) {
      tail.push(line);
      if (tail.length > keptLines) tail.shift();
      options.onLine?.(line.trim());
    }
  }
  const [result] = await Promise.all([
    child,
    readText(child.stdout, (text) => (stdout += text)),
    readText(child.stderr, (text) => {
      say(lines.read(text));
    }),
  ]);
  say(lines.end());
  signal?.removeEventListener('abort', cancel);
  const reason = result.failed && 'originalMessage' in result ? String(result.originalMessage) : '';
  return {
    ok: !result.failed,
    cancelled: result.failed && isAborted(signal),
    stdout: stdout.replace(/\r?\n$/, ''),
    lastLines: tail.join('\n') || reason,
  };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Hands the text of `stream` over as it comes, and settles at its end, however that came. */
async function readText(stream: Readable | null, onText: (text: string) => void): Promise<void> {
  if (stream === null) return;
  const decoder = new StringDecoder('utf8');
  stream.on('data', (chunk: Buffer) => {
    onText(decoder.write(chunk));
  });
  await finished(stream).catch(() => undefined);
  onText(decoder.end());
}
