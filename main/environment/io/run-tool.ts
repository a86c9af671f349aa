import { execa } from 'execa';
import { createInterface } from 'node:readline';

export interface ToolResult {
  readonly ok: boolean;
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
  readonly onLine?: (line: string) => void;
  /** Left out for a question that is answered at once, and while no Python is known. */
  readonly shim?: Shim | null;
}

/** Runs an installer tool to its end, handing each line it says to `onLine` while it works. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const { shim = null } = options;
  // -I: what the environment says about Python is meant for the tool.
  const [started, ...rest] = shim === null ? [program, ...args] : [shim.python, '-I', shim.path, '--', program, ...args];
  const child = execa(started, rest, {
    env: { ...options.env },
    extendEnv: false,
    stdin: shim === null ? 'ignore' : 'pipe',
    reject: false,
    // An installer that outlives us would go on writing into a folder nobody watches.
    cleanup: true,
  });
  // A tool that ends before it has read its line closes the pipe; its exit tells the story, not this error.
  child.stdin?.on('error', () => undefined);
  // The shim waits for one line, and from then on for the end of the pipe: it ends with us.
  child.stdin?.write('\n');
  const tail: string[] = [];
  if (child.stderr !== null) {
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      tail.push(line);
      if (tail.length > 30) tail.shift();
      options.onLine?.(line.trim());
    });
  }
  const result = await child;
  const reason = result.failed && 'originalMessage' in result ? String(result.originalMessage) : '';
  return { ok: !result.failed, stdout: result.stdout, lastLines: tail.join('\n') || reason };
}
