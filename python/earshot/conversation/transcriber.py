"""Has a recogniser hear each turn, and hear it again when it fails in it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from loguru import logger

from earshot.conversation.faults import describe_fault
from earshot.conversation.kept_turn import BYTES_PER_SECOND, Cursor, KeptTurn, Mark
from earshot.conversation.outage import Outage
from earshot.conversation.pause_sense import PauseSense
from earshot.conversation.recogniser import Answer, Recogniser, RecogniserFailed
from earshot.conversation.recogniser_line import FAULTS, RecogniserLine
from earshot.conversation.settings import SpeechToText
from earshot.conversation.turn_events import Transcribed, TranscriberFailed, Understood

ANSWER_LIMIT_S = 30.0
"""A marker that is not answered by then never will be. Whisper base needs under one second, on a busy machine three."""

_SLOWEST_REAL_TIME_FACTOR = 0.5
"""What a long turn may add to the limit: a recording arrives faster than a recogniser hears it."""

_BACKLOG_LIMIT_BYTES = 120 * BYTES_PER_SECOND
"""What may wait for a recogniser that is there and does not take it. What it hears again does not count."""


@dataclass(frozen=True, slots=True)
class RecogniserLost:
    """The recogniser failed in this turn, which waits for it."""


@dataclass(frozen=True, slots=True)
class RecogniserBack:
    """It answers again and has heard the turn from its beginning."""

    waited_ms: int


Told = Transcribed | Understood | TranscriberFailed | RecogniserLost | RecogniserBack


class Transcriber:
    """The recogniser of one conversation. Nothing here waits: what comes of it is told through `tell`."""

    def __init__(self, settings: SpeechToText, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self._line = RecogniserLine(settings, self._answered, self._understood)
        self._outage = Outage(settings.patience_s, self._lost, self._back)
        self._working: asyncio.Task[None] | None = None
        self._kept: KeptTurn | None = None
        self._cursor = Cursor()
        self._heard_again_bytes = 0
        self._more = asyncio.Event()
        self._trouble: asyncio.Future[str] | None = None
        self._answer_limit: asyncio.TimerHandle | None = None
        self._sense: asyncio.Future[PauseSense | None] | None = None
        self._understood_text = ""
        self.turn = 0
        """Which turn it is. What is understood says which one it belongs to: it may come after the next has begun."""

    def begin(self, audio: bytes) -> None:
        """Begin a turn with the audio before it was noticed (s16le, 16 kHz)."""
        self._stop_waiting()
        if self._working is not None:
            self._working.cancel()
        self.turn += 1
        self._understood_text = ""
        self._kept = KeptTurn()
        self._outage.begin()
        self.hear(audio)
        self._working = asyncio.create_task(self._work(self._kept, self._working))

    def hear(self, audio: bytes) -> None:
        """Pass on more of the turn's audio."""
        if self._kept is None:
            return
        self._kept.hear(audio)
        self._more.set()
        waiting_bytes = self._kept.size_bytes - max(self._cursor.at_bytes, self._heard_again_bytes)
        if self._trouble is not None and waiting_bytes > _BACKLOG_LIMIT_BYTES:
            self._fall_out("it does not keep up")

    def mark(self, marker: int) -> asyncio.Future[PauseSense | None]:
        """Ask for the words up to here; the answer to an older marker is not wanted any more.

        Returns:
            What the recogniser itself believes of the pause, once it has answered: None from one that says nothing of
            pauses, cancelled when no answer will come or be wanted.
        """
        self._stop_waiting()
        sense: asyncio.Future[PauseSense | None] = asyncio.get_running_loop().create_future()
        if self._kept is None:
            sense.cancel()
            self._tell(TranscriberFailed("it failed earlier in this turn"))
            return sense
        self._sense = sense
        self._kept.mark(marker)
        self._more.set()
        if self._trouble is not None:
            self._limit_answer(self._kept)
        return sense

    def end(self) -> None:
        """End the turn: the connection may stay, and its failure does not matter until the next one."""
        self._kept = None
        self._stop_waiting()
        if self._working is not None:
            self._working.cancel()
            if self._line.serves_one_turn:
                # Nobody waits for it: a recogniser has better things to do than to wait for us, and so have we.
                self._working = asyncio.create_task(self._hang_up_after(self._working))

    def give_up(self) -> None:
        """Wait no longer in this turn: nobody will bring the recogniser back."""
        self._outage.give_up()

    async def close(self) -> None:
        """Hang up for good."""
        self.end()
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait({self._working})
        await self._line.hang_up()

    async def _work(self, kept: KeptTurn, before: asyncio.Task[None] | None) -> None:
        """Have one turn heard, as often as it takes."""
        if before is not None:
            await asyncio.wait({before})
        while True:
            fault = await self._attempt(kept)
            self._stop_limit()
            pause_s = await self._outage.failed(fault) if kept.is_whole else None
            if pause_s is None:
                self._kept = None
                self._stop_waiting()
                self._tell(TranscriberFailed(describe_fault(fault)))
            await self._line.hang_up()
            if pause_s is None:
                return
            await self._outage.pause(pause_s)

    async def _attempt(self, kept: KeptTurn) -> Exception:
        """Have the turn heard from its beginning until something goes wrong; return what."""
        self._heard_again_bytes = kept.size_bytes
        self._cursor = kept.begin()
        trouble = self._trouble = asyncio.get_running_loop().create_future()
        passing_on: asyncio.Task[None] | None = None
        try:
            if kept.is_answer_open:
                self._limit_answer(kept)
            async with self._outage.attempt():
                line = await self._line.open()
                passing_on = asyncio.create_task(self._pass_on(kept, line.recogniser))
                ending = {line.listening, passing_on, trouble}
                await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
            # What the recogniser said last tells more than a connection that is closed.
            return _fault(line.listening) or _fault(passing_on) or RecogniserFailed(trouble.result())
        except FAULTS as fault:
            return fault
        finally:
            self._trouble = None
            if passing_on is not None:
                passing_on.cancel()
                await asyncio.wait({passing_on})

    async def _pass_on(self, kept: KeptTurn, recogniser: Recogniser) -> None:
        """Pass on what was heard and what will be, for as long as the turn lasts."""
        await recogniser.begin(self.turn)
        while True:
            match kept.next(self._cursor):
                case Mark(marker):
                    await recogniser.mark(marker)
                case None:
                    self._more.clear()
                    await self._outage.answered()
                    await self._more.wait()
                case audio:
                    await recogniser.hear(audio)
                    kept.forget_if_too_long(self._cursor)

    async def _lost(self) -> None:
        self._tell(RecogniserLost())

    async def _back(self, waited_ms: int) -> None:
        self._tell(RecogniserBack(waited_ms))

    def _answered(self, answer: Answer) -> None:
        self._tell(Transcribed(answer.marker, answer.transcript))
        if self._kept is not None and self._kept.answer(answer.marker):
            if self._sense is not None and not self._sense.done():
                self._sense.set_result(answer.sense)
            self._stop_waiting()

    def _understood(self, understood: Understood) -> None:
        # A turn that is heard again is understood again, from its first word.
        if understood.turn == self.turn:
            if self._understood_text.startswith(understood.text):
                return
            self._understood_text = understood.text
        self._tell(understood)

    def _limit_answer(self, kept: KeptTurn) -> None:
        self._stop_limit()
        limit_s = ANSWER_LIMIT_S + _SLOWEST_REAL_TIME_FACTOR * kept.size_bytes / BYTES_PER_SECOND
        loop = asyncio.get_running_loop()
        self._answer_limit = loop.call_later(limit_s, self._fall_out, f"no answer within {limit_s:.0f} s")

    def _fall_out(self, reason: str) -> None:
        """Give the present attempt up."""
        if self._trouble is not None and not self._trouble.done():
            self._trouble.set_result(reason)

    def _stop_waiting(self) -> None:
        self._stop_limit()
        if self._sense is not None:
            self._sense.cancel()
            self._sense = None

    def _stop_limit(self) -> None:
        if self._answer_limit is not None:
            self._answer_limit.cancel()
            self._answer_limit = None

    async def _hang_up_after(self, before: asyncio.Task[None]) -> None:
        await asyncio.wait({before})
        await self._line.hang_up()


def _fault(task: asyncio.Task[None]) -> Exception | None:
    fault = task.exception() if task.done() and not task.cancelled() else None
    if fault is not None and not isinstance(fault, FAULTS):
        logger.opt(exception=fault).error("no fault of the recogniser")
    return fault if isinstance(fault, Exception) else None
