"""The one thread for blocking work, so that the event loop always answers `/health`."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

_Result = TypeVar("_Result")


class Worker:
    """A named thread that does one piece of blocking work after the other.

    A daemon thread and not an executor's: an executor joins its threads at exit, and a transcription or a model being
    loaded would then hold up the end of the process.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Do `work` in the thread and return what it returns or raise what it raises.

        Work whose caller is cancelled before its turn is left out; work already begun runs to its end.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[_Result] = loop.create_future()

        def deliver(result: _Result | None, fault: BaseException | None) -> None:
            if outcome.done():
                return
            if fault is None:
                outcome.set_result(result)  # type: ignore[arg-type]  # None only where _Result allows it
            else:
                outcome.set_exception(fault)

        def do() -> None:
            if outcome.cancelled():
                return
            result: _Result | None = None
            fault: BaseException | None = None
            try:
                result = work()
            except BaseException as raised:
                fault = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
                loop.call_soon_threadsafe(deliver, result, fault)

        self._start()
        self._work.put(do)
        return await outcome

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work_forever, name=self._name, daemon=True)
            self._thread.start()

    def _work_forever(self) -> None:
        while True:
            self._work.get()()


engine_worker = Worker("engine")
"""The worker thread of this process; `Service.load` runs in it, and everything else that blocks should."""
