"""Checks the visible graphics card: `python -m earshot.preflight [TIME_LIMIT_S]`.

One line of JSON on stdout: `{"ok", "uuid", "name", "step", "code", "error"}`. Exit code 0 when a kernel ran and its
result was right, 1 when not, 2 for bad usage. A driver that hangs ends with the time limit, whatever it holds.
"""

import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from typing import NoReturn

from earshot.preflight.cuda_driver import Card, CudaFault, Driver, Progress, run_kernel

_TIME_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What main is told.

    Attributes:
        ok: whether a kernel ran and its result was right.
        uuid, name: of the card, as far as it was asked for them.
        step: the call it came to: the last one when `ok`, else the one that failed.
        code: the driver's error number; None where no call of the driver failed.
        error: what that number means, in words.
    """

    ok: bool
    uuid: str | None
    name: str | None
    step: str
    code: int | None
    error: str | None


def check(progress: Progress) -> Answer:
    """Run the kernel and turn whatever happens into an answer."""
    try:
        run_kernel(Driver.load(), progress)
    except CudaFault as fault:
        return _answer(progress, code=fault.code, error=fault.meaning)
    return _answer(progress, code=None, error=None)


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    limit_s = _time_limit(arguments)
    if limit_s is None:
        print("error: usage: python -m earshot.preflight [TIME_LIMIT_S]", file=sys.stderr)
        return 2
    progress = Progress()
    # ctypes lets go of the interpreter lock during a call, so this thread runs while the driver hangs.
    watch = threading.Timer(limit_s, lambda: _give_up(progress, limit_s))
    watch.daemon = True
    watch.start()
    answer = check(progress)
    watch.cancel()
    _say(answer)
    return 0 if answer.ok else 1


def _time_limit(arguments: list[str]) -> float | None:
    if not arguments:
        return _TIME_LIMIT_S
    try:
        limit_s = float(arguments[0])
    except ValueError:
        return None
    return limit_s if len(arguments) == 1 and 0 < limit_s <= threading.TIMEOUT_MAX else None


def _give_up(progress: Progress, limit_s: float) -> NoReturn:
    _say(_answer(progress, code=None, error=f"no answer within {limit_s:g} s"))
    os._exit(1)


def _answer(progress: Progress, *, code: int | None, error: str | None) -> Answer:
    card = progress.card or Card(uuid=None, name=None)
    return Answer(ok=error is None, uuid=card.uuid, name=card.name, step=progress.step, code=code, error=error)


def _say(answer: Answer) -> None:
    os.write(1, (json.dumps(asdict(answer), separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    # Not sys.exit: libraries of a driver that has just failed have been seen to hang in their own clean-up.
    os._exit(main(sys.argv[1:]))
