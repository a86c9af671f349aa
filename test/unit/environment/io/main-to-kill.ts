/** Runs a tool that sleeps with a child of its own, and says the ids of both. Arguments: a Python, the launch shim. */
import { runTool } from '../../../../main/environment/io/run-tool.ts';

const tool = `
import os, subprocess, sys
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(os.getpid(), child.pid, file=sys.stderr, flush=True)
child.wait()
`;

const [python = '', path = ''] = process.argv.slice(2);
void runTool(python, ['-c', tool], {
  env: { PATH: process.env['PATH'] ?? '' },
  shim: { python, path },
  onLine: (line) => process.stdout.write(`${line}\n`),
});
