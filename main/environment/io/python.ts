import { FaultError } from '../../platform/fault.ts';
import { runTool } from './run-tool.ts';

const candidates: readonly (readonly [string, ...string[]])[] =
  process.platform === 'win32'
    ? [['py', '-3.11'], ['py', '-3'], ['python']]
    : [['python3.11'], ['python3.12'], ['python3.13'], ['python3'], ['python']];

/** A Python that can run the launch shim, which older ones cannot read; null when there is none. */
export async function pythonForShim(env: Readonly<Record<string, string>>): Promise<string | null> {
  for (const [program, ...args] of candidates) {
    const result = await runTool(program, [...args, '-c', 'import sys; print(sys.executable); sys.exit(sys.version_info < (3, 10))'], { env });
    if (result.ok) return result.stdout.trim();
  }
  return null;
}

/** Command of a Python that can install a package (it has pip), for fetching uv; throws a fault that says what to install. */
export async function pythonWithPip(env: Readonly<Record<string, string>>): Promise<readonly [string, ...string[]]> {
  const found: string[] = [];
  for (const [program, ...args] of candidates) {
    const result = await runTool(program, [...args, '-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3]); import pip'], { env });
    if (result.ok) return [program, ...args];
    const version = result.stdout.trim();
    if (version !== '') found.push(`${program} is Python ${version} without pip`);
  }
  throw new FaultError({
    id: 'python-missing',
    title: found.length === 0 ? 'No Python was found on this computer.' : 'The Python on this computer cannot install packages.',
    detail: found.join('\n'),
    cure:
      process.platform === 'win32'
        ? 'Install Python 3.11 from the Microsoft Store or python.org, then start again.'
        : 'Install it (Debian and Ubuntu: sudo apt install python3 python3-pip; Fedora: sudo dnf install python3 python3-pip), then start again.',
  });
}
