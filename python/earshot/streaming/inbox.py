"""What a streaming session has to deal with next: what the client wants, and results of its own work."""

import asyncio
from typing import Generic, TypeVar

from fastapi import WebSocket

from earshot.audio.samples import Samples
from earshot.streaming.requests import SAMPLE_RATE_HZ, Asked, Began, Closed, Garbled, read_request

_WAITING = 64
_MOST_BACKLOG_SAMPLES = 15 * 60 * SAMPLE_RATE_HZ
"""A client may send faster than anybody speaks: beyond this (86 MB) it is not read until the session has caught up."""

_Result = TypeVar("_Result")


class Inbox(Generic[_Result]):
    """One connection's. Reads ahead of the session, so that a client that hangs up or asks anew is noticed at once."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[Began | Samples | Asked | Closed | Garbled | _Result] = asyncio.Queue(_WAITING)
        self._may_read = asyncio.Event()
        self._may_read.set()

    async def read(self) -> None:
        """Read from the client until it is gone or makes no sense."""
        while True:
            await self._may_read.wait()
            request = read_request(await self._socket.receive())
            await self._waiting.put(request)
            if isinstance(request, Closed | Garbled):
                return

    async def put(self, result: _Result) -> None:
        """Add a result of the session's own work."""
        await self._waiting.put(result)

    async def next(self) -> Began | Samples | Asked | Closed | Garbled | _Result:
        """Wait for what comes next."""
        return await self._waiting.get()

    def pace_reading(self, backlog_samples: int) -> None:
        """Read on only while the session's backlog is small enough to be kept."""
        if backlog_samples > _MOST_BACKLOG_SAMPLES:
            self._may_read.clear()
        else:
            self._may_read.set()
