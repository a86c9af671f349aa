"""Work in steps: as short as CTranslate2 allows, each in the worker thread, and between two of them it can be given up.

CTranslate2 cannot be interrupted. But encoding and decoding are separate calls, and cancelling between them saves the
second; meanwhile the steps of other sessions and files take their turns.
"""

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from earshot.serving import engine_worker

_Result = TypeVar("_Result")

Steps = Generator[None, None, _Result]
"""A piece of work that yields wherever it can be given up, and returns its result."""


@dataclass(frozen=True, slots=True)
class _Finished(Generic[_Result]):
    result: _Result


async def run_in_steps(steps: Steps[_Result]) -> _Result:
    """Run every step in the worker thread; cancelling the caller leaves out those not yet begun."""
    while True:
        finished = await engine_worker.run(partial(_advance, steps))
        if finished is not None:
            return finished.result


def run_at_once(steps: Steps[_Result]) -> _Result:
    """Run all steps here and now: for `load`, which is in the worker thread already."""
    while (finished := _advance(steps)) is None:
        pass
    return finished.result


def _advance(steps: Steps[_Result]) -> _Finished[_Result] | None:
    try:
        next(steps)
    except StopIteration as stop:
        return _Finished(stop.value)
    return None
