"""The one thread for blocking work, so that the event loop always answers `/health`."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, NoReturn, TypeVar

from earshot.serving.device_fault import device_fault
from earshot.serving.stdio import last_words
from earshot.serving.stopping import leave_now

EXIT_DEVICE_FAULT = 86
"""The graphics card is dead for this process: main starts it again on its planned fallback."""

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
_Item = TypeVar("_Item")


class LazyResult(TypeError):
    """Work returned an iterator, whose own work would be done outside of the worker thread and of its guard."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """Seconds of work that is done, and when the present work began; replaced as a whole, so that no reader waits."""

    done_s: float = 0.0
    since_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Held(Generic[_Item]):
    """An iterator on its way through `run`, which lets none through as it is."""

    items: Iterator[_Item]

    def take(self) -> "_Taken[_Item] | None":
        try:
            return _Taken(next(self.items))
        except StopIteration:
            return None


@dataclass(frozen=True, slots=True)
class _Taken(Generic[_Item]):
    item: _Item


def end_for_device_fault(words: str) -> NoReturn:
    """Say what the card said, and end: a faulted CUDA context is dead until its process is."""
    last_words(words)
    leave_now(EXIT_DEVICE_FAULT)


class Worker:
    """A named thread that does one piece of blocking work after the other.

    A daemon thread and not an executor's: an executor joins its threads at exit, and a transcription or a model being
    loaded would then hold up the end of the process.

    Args:
        name: of the thread.
        on_device_fault: called in the thread, with the line that says so, as soon as work meets a dead graphics card.
            All of an engine's work passes here, loading included, so that none of it can go on with such a card.
    """

    def __init__(self, name: str, on_device_fault: Callable[[str], object] = end_for_device_fault) -> None:
        self._name = name
        self._on_device_fault = on_device_fault
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._clock = _Clock()
        self._elsewhere: list[Callable[[], float]] = []

    def watch(self, working_s: Callable[[], float]) -> None:
        """Count work too that a library does in threads of its own: `working_s` says for how long it has gone on."""
        self._elsewhere.append(working_s)

    @property
    def working_s(self) -> float:
        """For how long the present piece of work has gone on; 0 while there is none. For any thread."""
        since_s = self._clock.since_s
        own_s = 0.0 if since_s is None else time.monotonic() - since_s
        return max([own_s, *(working_s() for working_s in self._elsewhere)])

    @property
    def busy_s(self) -> float:
        """For how long it has worked altogether. For any thread."""
        clock = self._clock
        return clock.done_s + (0.0 if clock.since_s is None else time.monotonic() - clock.since_s)

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Do `work` in the thread and return what it returns or raise what it raises.

        Work whose caller is cancelled before its turn is left out; work already begun runs to its end.

        Raises:
            LazyResult: it returned an iterator, or a tuple with one in it; see `iterate`.
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
                result = self._guarded(work)
            except BaseException as raised:
                fault = raised
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for it any more
                loop.call_soon_threadsafe(deliver, result, fault)

        self._start()
        self._work.put(do)
        return await outcome

    async def iterate(self, make: Callable[[], Iterator[_Item]]) -> AsyncIterator[_Item]:
        """Make an iterator and take its items in the thread, each as a piece of work; others have turns in between."""
        held = await self.run(lambda: _Held(make()))
        while (taken := await self.run(held.take)) is not None:
            yield taken.item

    def _guarded(self, work: Callable[[], _Result]) -> _Result:
        """Do one piece of work: timed, and never with a dead graphics card under it."""
        began_s = time.monotonic()
        self._clock = _Clock(self._clock.done_s, began_s)
        try:
            result = work()
            _refuse_lazy(result)
            return result
        except BaseException as raised:
            if (words := device_fault(raised)) is not None:
                _log.error("the graphics card has failed", exc_info=raised)
                self._on_device_fault(words)
            raise
        finally:
            self._clock = _Clock(self._clock.done_s + time.monotonic() - began_s)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work_forever, name=self._name, daemon=True)
            self._thread.start()

    def _work_forever(self) -> None:
        while True:
            self._work.get()()


def _refuse_lazy(result: object) -> None:
    # faster-whisper's own way is a tuple with a generator in it, which raises where nobody looks for it any more.
    if any(isinstance(each, Iterator) for each in (result if isinstance(result, tuple) else (result,))):
        raise LazyResult("blocking work returned an iterator, which would be worked off outside of the worker thread")


engine_worker = Worker("engine")
"""The worker thread of this process; `Service.load` runs in it, and everything else that blocks should."""
