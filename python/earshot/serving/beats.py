"""Signs of life: main takes a process whose beats stop for hung, and ends it."""

import asyncio
from typing import NoReturn

from earshot.serving.stdio import Events
from earshot.serving.worker import Worker

BEAT_S = 2.0


class Beats:
    """Written by the event loop itself. A thread would go on beating over a loop that answers nobody any more."""

    def __init__(self, events: Events, worker: Worker) -> None:
        self._events = events
        self._worker = worker
        self._beating: asyncio.Task[NoReturn] | None = None
        self.written = 0

    def begin(self) -> None:
        """Beat at once and every two seconds until the loop ends."""
        self._beating = asyncio.create_task(self._go_on())

    async def _go_on(self) -> NoReturn:
        while True:
            # How long the worker's present work has gone on: main judges for itself when that is too long.
            self._events.send("beat", workingMs=round(self._worker.working_s * 1_000))
            self.written += 1
            await asyncio.sleep(BEAT_S)
