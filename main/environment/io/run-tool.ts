import { execa } from 'execa';
import { createInterface } from 'node:readline';

export interface ToolResult {
  readonly ok: boolean;
  readonly stdout: string;
  /** Last lines of standard error: what a person or a fault needs. */
  readonly lastLines: string;
}

/** Runs an installer tool to its end, handing each line it says to `onLine` while it works. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly onLine?: (line: string) => void },
): Promise<ToolResult> {
  const child = execa(program, args, {
    env: { ...options.env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    // An installer that outlives us would go on writing into a folder nobody watches.
    cleanup: true,
  });
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
  const started = result.failed && 'originalMessage' in result ? String(result.originalMessage) : '';
  return { ok: !result.failed, stdout: result.stdout, lastLines: tail.join('\n') || started };
}
