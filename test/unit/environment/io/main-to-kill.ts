/** Runs a tool that sleeps with a child of its own, and says the ids of both. Arguments: a Python, the launch shim, and whether it may draw. */
import { runTool } from '../../../../main/environment/io/run-tool.ts';
import { plainLines } from '../../../../main/environment/tool-lines.ts';

const tool = `
import os, subprocess, sys
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(os.getpid(), child.pid, file=sys.stderr, flush=True)
child.wait()
`;

const [python = '', path = '', terminal = ''] = process.argv.slice(2);
void runTool(python, ['-c', tool], {
  env: { PATH: process.env['PATH'] ?? '' },
  shim: { python, path },
  drawn: terminal === 'terminal' ? plainLines() : undefined,
  onLine: (line) => process.stdout.write(`${line}\n`),
});
