"""SIGTERM: an orderly end with exit code 0, whatever the process is busy with."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

import uvicorn

_STOP_LIMIT_S = 2.0
"""Engines end after the conversation, and all of it within the five seconds of a quit; the exit code stays 0."""


def exit_when_told() -> None:
    """From now on a signal simply ends the process: nothing is served yet."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, leave)


def stop_when_told(server: uvicorn.Server) -> None:
    """From now on a signal stops the server, and ends the process after two seconds in any case."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not server.should_exit:
            # Whatever holds up the orderly end (a thread that is joined, a request that does not end) is cut off.
            limit = threading.Timer(_STOP_LIMIT_S, leave_now, (0,))
            limit.daemon = True
            limit.start()
        server.should_exit = True

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def leave_now(code: int) -> NoReturn:
    """End the process without unwinding: a library may be at work in another thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
