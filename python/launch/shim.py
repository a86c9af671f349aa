"""Starts one service so that nothing of it survives main: `shim.py [--terminal] -- COMMAND [ARGUMENT...]`.

    main ──stdin──► shim ──stdin──► child ──► grandchildren
                    └──────── one process group / job ─────┘

Standard library only, one file, run with the service's own interpreter. The shim leads a process group, not a session:
Linux weighs sessions against each other (autogroup), so across them the language model's niceness would count for
nothing. Main therefore must not spawn it detached, which also would lose the child's exit code: to report it the shim
goes back to main's group before it signals its own, and the leader of a session cannot.

    stdin, first line      handed on to the child, whose own stdin then stays open
    stdin ends             main is gone: SIGKILL for the whole group, the shim included, at once
    main dies              the same, told by the kernel (Linux)
    SIGTERM, SIGINT        SIGTERM for the child; SIGKILL for the group when it has not ended after five seconds
    the child ends         SIGKILL for what it left behind; exit with its code, or 128 + the signal that ended it
    the shim is killed     the child dies with it (Linux), the whole job does (Windows)
    --terminal             the child's stderr is a terminal, so that an installer draws its bars; what is drawn is
                           handed on to ours. Where there are none (Windows, no /dev/pts) stderr is inherited

Nothing here depends on the child's good will or on its interpreter lock: that is why it is a process of its own.
"""

import contextlib
import ctypes
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

GRACE_S = 5.0
EXIT_USAGE = 2
EXIT_NOT_STARTED = 127
_EXIT_SIGNALLED = 128
_LINE_LIMIT_BYTES = 1 << 20
_STDIN = 0
_STDERR = 2
_DRAIN_S = 1.0
_ROWS_AND_COLUMNS = (500, 400)


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the command after `--`; see the module's text for what happens when."""
    terminal_wanted = bool(arguments) and arguments[0] == "--terminal"
    dashes, *command = arguments[terminal_wanted:] or [""]
    if dashes != "--" or not command:
        _give_up("usage: shim.py [--terminal] -- COMMAND [ARGUMENT...]", EXIT_USAGE)
    group = _Group()
    line = _read_first_line()
    terminal = open_terminal() if terminal_wanted else None
    try:
        child = group.start(command, None if terminal is None else terminal.childs_end)
    except OSError as fault:
        _give_up(f"cannot start {command[0]}: {fault.strerror}", EXIT_NOT_STARTED)
    if terminal is not None:
        terminal.hand_on()
    threading.Thread(target=_watch_stdin, args=(group,), daemon=True).start()
    _stop_child_when_told(child)
    _hand_on(line, child)
    code = child.wait()
    if terminal is not None:
        terminal.drain()
    group.end(code if code >= 0 else _EXIT_SIGNALLED - code)


class _Terminal:
    """A terminal between the child's stderr and ours. Nobody's controlling one: no signal ever comes from it."""

    def __init__(self, ours: int, childs_end: int) -> None:
        self._ours = ours
        self.childs_end = childs_end
        self._copying = threading.Thread(target=self._copy, daemon=True)

    def hand_on(self) -> None:
        """Begin to copy what the child draws. After its start: from then on it holds the other end, and it alone."""
        os.close(self.childs_end)
        self._copying.start()

    def drain(self) -> None:
        """Wait for what the child drew last. Something it left behind may hold its end open, so not for long."""
        self._copying.join(_DRAIN_S)

    def _copy(self) -> None:
        # EIO: nobody holds the other end any more. A stderr that is gone means that main is.
        with contextlib.suppress(OSError):
            while drawn := os.read(self._ours, 65536):
                while drawn:
                    drawn = drawn[os.write(_STDERR, drawn) :]


if sys.platform == "win32":
    from ctypes import wintypes

    def open_terminal() -> _Terminal | None:
        """None: Windows has no terminal that is only a pair of file descriptors."""
        return None

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; only `flags` is set."""

        _fields_ = (
            ("times", wintypes.LARGE_INTEGER * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("active_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority_and_scheduling", wintypes.DWORD * 2),
            ("input_output", ctypes.c_ulonglong * 6),
            ("memory", ctypes.c_size_t * 4),
        )

    class _Group:
        """A job that holds the shim and all its descendants; they end with its last handle, which is ours."""

        _EXTENDED_LIMITS = 9
        _KILL_ON_JOB_CLOSE = 0x2000

        def __init__(self) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
            self._kernel.GetCurrentProcess.restype = wintypes.HANDLE
            self._job = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
            limits = _Limits(flags=self._KILL_ON_JOB_CLOSE)
            size_bytes = ctypes.sizeof(limits)
            own = wintypes.HANDLE(self._kernel.GetCurrentProcess())
            if not (
                self._job
                and self._kernel.SetInformationJobObject(
                    self._job, self._EXTENDED_LIMITS, ctypes.byref(limits), size_bytes
                )
                and self._kernel.AssignProcessToJobObject(self._job, own)
            ):
                raise ctypes.WinError(ctypes.get_last_error())

        def start(self, command: Sequence[str], stderr: int | None) -> "subprocess.Popen[bytes]":
            """Start the child; it is born into the job."""
            no_window = subprocess.CREATE_NO_WINDOW
            return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr, creationflags=no_window)

        def kill(self) -> None:
            """End everything, the shim included."""
            self._kernel.TerminateJobObject(self._job, 1)

        def end(self, code: int) -> NoReturn:
            """End everything, the shim included, with `code`."""
            self._kernel.TerminateJobObject(self._job, ctypes.c_uint(code))
            os._exit(code)

else:
    import fcntl
    import termios

    def open_terminal() -> _Terminal | None:
        """Open a terminal that is wide enough for no message to be broken, and high enough for all bars at once."""
        try:
            ours, childs_end = os.openpty()
        except OSError:
            return None
        fcntl.ioctl(childs_end, termios.TIOCSWINSZ, struct.pack("HHHH", *_ROWS_AND_COLUMNS, 0, 0))
        return _Terminal(ours, childs_end)

    _PR_SET_PDEATHSIG = 1
    _prctl = ctypes.CDLL(None, use_errno=True).prctl

    class _Group:
        """A process group led by the shim; whoever forks inside stays inside."""

        def __init__(self) -> None:
            self._id = os.getpid()
            self._parents_group = os.getpgrp()
            if self._parents_group != self._id:
                os.setpgid(0, 0)
            parent = os.getppid()
            # Not SIGKILL: it would end the shim alone. And here, in the main thread: the kernel forgets the wish when
            # the thread that uttered it ends.
            signal.signal(signal.SIGHUP, lambda _signal, _frame: self.kill())
            _prctl(_PR_SET_PDEATHSIG, signal.SIGHUP)
            if os.getppid() != parent:
                # It died before we asked, so nobody will tell us. If it died even before `parent` was read, its end
                # of our stdin is closed already, and that is seen as soon as stdin is read.
                self.kill()

        def start(self, command: Sequence[str], stderr: int | None) -> "subprocess.Popen[bytes]":
            """Start the child, which dies with the shim. No other thread runs yet, so code before exec is safe."""

            def die_with_the_shim() -> None:
                _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != self._id:
                    os.kill(os.getpid(), signal.SIGKILL)

            return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=stderr, preexec_fn=die_with_the_shim)  # noqa: PLW1509  # no other thread runs yet

        def kill(self) -> None:
            """End everything, the shim included."""
            os.killpg(self._id, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

        def end(self, code: int) -> NoReturn:
            """End what the child left behind and exit with `code`."""
            # A signal for the group would end the shim as well, so it first goes back to where it came from.
            try:
                os.setpgid(0, self._parents_group)
            except PermissionError:
                self.kill()  # started detached, or that group is gone: leaving nothing behind counts for more
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._id, signal.SIGKILL)
            os._exit(code)


def _read_first_line() -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(_STDIN, 1)
        if not byte:
            _give_up("stdin ended before the launch line was complete", EXIT_USAGE)
        if len(line) >= _LINE_LIMIT_BYTES:
            _give_up("the launch line is longer than 1 MiB", EXIT_USAGE)
        line += byte
    return bytes(line)


def _watch_stdin(group: _Group) -> None:
    while os.read(_STDIN, 4096):
        pass
    group.kill()


def _stop_child_when_told(child: "subprocess.Popen[bytes]") -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        child.send_signal(signal.SIGTERM)
        overdue = threading.Timer(GRACE_S, child.kill)
        overdue.daemon = True
        overdue.start()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def _hand_on(line: bytes, child: "subprocess.Popen[bytes]") -> None:
    """Write the launch line; the pipe stays open as the child's own lifeline."""
    assert child.stdin is not None
    # A child that has ended already says so by its exit code.
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(line)
        child.stdin.flush()


def _give_up(message: str, code: int) -> NoReturn:
    print(f"error: {message}", file=sys.stderr, flush=True)
    os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
