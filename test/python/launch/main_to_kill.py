"""Stands for main: starts a shim, tells its pid, hands it the launch line and waits to be killed."""

import json
import os
import subprocess
import sys
import time

share_stdin = "SHARE_STDIN" in os.environ
terminal = ["--terminal"] if "TERMINAL" in os.environ else []
shim_and_child = [sys.argv[1], *terminal, "--", *sys.argv[2:]]
shim = subprocess.Popen(
    [sys.executable, "-S", "-E", "-u", *shim_and_child], stdin=None if share_stdin else subprocess.PIPE
)
print(json.dumps({"shim": shim.pid}), flush=True)
if shim.stdin is not None:
    shim.stdin.write(b'{"manner":"holds the interpreter lock"}\n')
    shim.stdin.flush()
time.sleep(60)
