"""How a fake engine dies and comes back: connections are cut, the port is closed, and some time later it listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Stop = Callable[[], Awaitable[asyncio.Future[None]]]
"""Cuts every connection and closes the port, as the end of a process does; returns what ends when nothing is left."""


@dataclass(slots=True)
class Life:
    """What an engine has ahead of it.

    Attributes:
        dies_at: the place at which it dies, for each of its lives in turn, counted as the engine says; when there is
            none left, it lives on.
        gone_s: how long nobody listens after a death; None for ever.
        refuses: how many requests get 503 once it listens again, as long as an engine loads.
        deaths: how often it has died.
    """

    dies_at: list[tuple[str, int]] = field(default_factory=list)
    gone_s: float | None = 0.3
    refuses: int = 0
    deaths: int = 0
    _unrefused: int = 0
    _start: Callable[[], Awaitable[Stop]] | None = None
    _stop: Stop | None = None
    _returning: asyncio.Task[None] | None = None
    _remains: set[asyncio.Future[None]] = field(default_factory=set)

    @asynccontextmanager
    async def lived(self, start: Callable[[], Awaitable[Stop]]) -> AsyncIterator[None]:
        """Serve, with all deaths in between, until the context ends."""
        self._start = start
        self._stop = await start()
        yield
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.wait({self._returning})
        if self._stop is not None:
            self._remains.add(await self._stop())
        await asyncio.wait(self._remains, timeout=5)

    def left(self, what: str) -> int | None:
        """Return how far it gets in this life, counted in `what`; None without an end."""
        return self.dies_at[0][1] if self.dies_at and self.dies_at[0][0] == what else None

    def is_due(self, what: str, place: int) -> bool:
        """Tell whether its end has come."""
        left = self.left(what)
        return left is not None and place >= left

    def refuses_now(self) -> bool:
        """Tell whether this request comes while it still loads."""
        if self._unrefused == 0:
            return False
        self._unrefused -= 1
        return True

    async def end(self) -> None:
        """Die, once what was sent has arrived."""
        await asyncio.sleep(0.05)
        del self.dies_at[:1]
        self.deaths += 1
        self._unrefused = self.refuses
        stop, self._stop = self._stop, None
        assert stop is not None
        self._returning = asyncio.create_task(self._return())
        self._remains.add(await stop())

    async def _return(self) -> None:
        if self.gone_s is None:
            return
        await asyncio.sleep(self.gone_s)
        assert self._start is not None
        self._stop = await self._start()
