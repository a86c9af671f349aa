import { spawn } from 'node:child_process';

/** How a program that may hang, babble or not be there at all came to its end. */
export interface ProcessAnswer {
  readonly end: 'exit' | 'time-limit' | 'too-much' | 'missing' | 'not-started';
  readonly exitCode: number | null;
  readonly output: string;
  /** Standard error, or why the program could not be started. */
  readonly errors: string;
}

export interface ProcessLimits {
  readonly timeLimitMs: number;
  /** Of standard output; what comes after is not read. */
  readonly outputLimitBytes: number;
}

const errorLimitBytes = 16 * 1024;

/**
 * Runs a program to its end or to its limits, whichever is first, and never throws. A program stuck in the driver cannot be
 * killed before the driver lets go of it, so its pipes are closed and its end is not waited for.
 */
export function runLimited(program: string, options: readonly string[], environment: NodeJS.ProcessEnv, limits: ProcessLimits): Promise<ProcessAnswer> {
  return new Promise((resolve) => {
    const child = spawn(program, options, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    let outputBytes = 0;
    let errorBytes = 0;
    const timer = setTimeout(() => {
      abandon('time-limit');
    }, limits.timeLimitMs);

    function settle(end: ProcessAnswer['end'], exitCode: number | null, reason = ''): void {
      clearTimeout(timer);
      const written = Buffer.concat(errors).toString('utf8');
      resolve({ end, exitCode, output: Buffer.concat(output).subarray(0, limits.outputLimitBytes).toString('utf8'), errors: reason === '' ? written : reason });
    }

    function abandon(end: 'time-limit' | 'too-much'): void {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      settle(end, null);
    }

    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk);
      outputBytes += chunk.length;
      if (outputBytes > limits.outputLimitBytes) abandon('too-much');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      // Read on, so that the program does not wait for us; kept only as far as a person reads.
      if (errorBytes < errorLimitBytes) errors.push(chunk.subarray(0, errorLimitBytes - errorBytes));
      errorBytes += chunk.length;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle(error.code === 'ENOENT' ? 'missing' : 'not-started', null, error.message);
    });
    child.on('close', (exitCode) => {
      settle('exit', exitCode);
    });
  });
}
