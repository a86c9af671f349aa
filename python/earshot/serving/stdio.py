"""The three standard streams: stdin is the lifeline, stdout speaks JSON to main, stderr speaks to people."""

import json
import os
import sys
import threading

_STDIN = 0
_STDOUT = 1
_STDERR = 2


class Events:
    """Main's end of stdout, taken away from everything else in the process.

    Libraries print, C++ ones too: from here on what they write to stdout goes to stderr, and only `send` reaches main.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self._descriptor = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)

    def send(self, event: str, **fields: object) -> None:
        """Write one event as one line of JSON."""
        line = json.dumps({"event": event, **fields}, separators=(",", ":")) + "\n"
        os.write(self._descriptor, line.encode())


def watch_lifeline() -> None:
    """End the process at once when stdin ends: main is gone.

    A second line behind the launch shim, which kills the whole group even while C code holds the interpreter lock.
    """
    threading.Thread(target=_end_with_stdin, name="lifeline", daemon=True).start()


def last_words(message: str) -> None:
    """Write the line main shows when this process ends with a failure."""
    print(f"error: {message}", file=sys.stderr, flush=True)


def _end_with_stdin() -> None:
    # os.read, not sys.stdin: a thread blocked inside sys.stdin's lock makes the interpreter abort at exit.
    while os.read(_STDIN, 4096):
        pass
    os._exit(1)
