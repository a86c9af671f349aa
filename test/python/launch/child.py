"""The child of a shim: starts a grandchild, tells both pids, then behaves in the manner of its launch line."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time

manner = json.loads(sys.stdin.readline())["manner"]
if manner == "ignores SIGTERM":
    # Inherited by the grandchild, which ignores it too.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if manner == "ends with 7 on SIGTERM":
    signal.signal(signal.SIGTERM, lambda _signal, _frame: os._exit(7))
# Its output goes nowhere: a test that reads the shim's output to its end must not wait for it.
grandchild = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(json.dumps({"child": os.getpid(), "grandchild": grandchild.pid}), flush=True)
if manner == "holds the interpreter lock":
    # Through PyDLL a C function runs without releasing the lock: no Python thread of this process gets a turn.
    ctypes.PyDLL(None).sleep(60)
if manner == "ends with 3":
    sys.stdout.buffer.write(b"\x00\xffout")
    sys.stdout.flush()
    sys.stderr.buffer.write(b"\x00\xfferr")
    sys.stderr.flush()
    os._exit(3)
if manner == "ends by SIGSEGV":
    os.kill(os.getpid(), signal.SIGSEGV)
time.sleep(60)
