"""Carries a turn over the time in which one of its engines is not there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from earshot.conversation.faults import kind_of
from earshot.conversation.patience import Patience

Lost = Callable[[], Awaitable[None]]
"""Told once when an engine is lost, however many attempts it takes until it is back."""

Back = Callable[[int], Awaitable[None]]
"""Told when it answers again, after how many milliseconds."""


class Outage:
    """One engine as a turn sees it; between turns it knows nothing.

    Work is done in an `attempt`. What went wrong in it is brought to `failed`, which says for how long to `pause`
    before the next one.
    """

    def __init__(self, patience_s: float, lost: Lost, back: Back) -> None:
        self._patience = Patience(patience_s)
        self._lost = lost
        self._back = back
        self._given_up = asyncio.Event()
        self._limit: asyncio.Timeout | None = None

    def begin(self) -> None:
        """Begin a turn: what an earlier one has borne does not count."""
        self._patience = Patience(self._patience.limit_s)
        self._given_up.clear()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Have an engine that was lost take the work before patience ends; raises TimeoutError when it does not.

        An engine that was never lost has all the time it needs, and so has one that has `answered`.
        """
        async with asyncio.timeout_at(self._patience.until_s) as limit:
            self._limit = limit
            try:
                yield
            finally:
                self._limit = None

    async def failed(self, fault: Exception) -> float | None:
        """Take a failed attempt into account; return how long to pause, None when there is to be no other."""
        is_new = self._patience.lost_since_s is None
        self._patience, pause_s = self._patience.after_fault(kind_of(fault), _now_s())
        if is_new and pause_s is not None:
            await self._lost()
        return pause_s

    async def pause(self, pause_s: float) -> None:
        """Wait before the next attempt, unless the engine is given up meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._given_up.wait()

    async def answered(self) -> None:
        """Note that the engine answers."""
        self._patience, waited_s = self._patience.after_answer(_now_s())
        if waited_s is None:
            return
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(None)
        await self._back(round(waited_s * 1_000))

    def give_up(self) -> None:
        """Wait no longer in this turn: an attempt that is under way fails now, and the next failure is the last."""
        self._patience = replace(self._patience, given_up=True)
        self._given_up.set()
        if self._patience.lost_since_s is not None and self._limit is not None and not self._limit.expired():
            self._limit.reschedule(_now_s())


def _now_s() -> float:
    return asyncio.get_running_loop().time()
