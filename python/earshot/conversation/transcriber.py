"""Keeps a recogniser at hand: opens it when needed, notices when it fails, opens it again for the next turn."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from websockets.exceptions import WebSocketException

from earshot.conversation.faults import describe_fault
from earshot.conversation.pause_sense import PauseSense
from earshot.conversation.recogniser import Answer, Recogniser, RecogniserFailed
from earshot.conversation.settings import SpeechToText
from earshot.conversation.turn_taking import Transcribed, TranscriberFailed, Understood

ANSWER_LIMIT_S = 30.0
"""A marker that is not answered by then never will be. Whisper base needs under one second, on a busy machine three."""

_SLOWEST_REAL_TIME_FACTOR = 0.5
"""What a long turn may add to the limit: a recording arrives faster than a recogniser hears it."""

_BYTES_PER_SECOND = 32_000

_BACKLOG_LIMIT = 4_000
"""Commands that may wait for a recogniser that does not take them: about two minutes of audio."""

_Command = Callable[[Recogniser], Awaitable[None]]
_FAULTS = (OSError, TimeoutError, WebSocketException, RecogniserFailed)


class Transcriber:
    """The recogniser of one conversation. Nothing here waits: what comes of it is told through `tell`."""

    def __init__(
        self, settings: SpeechToText, tell: Callable[[Transcribed | Understood | TranscriberFailed], None]
    ) -> None:
        self._settings = settings
        self._tell = tell
        self._commands: asyncio.Queue[_Command] = asyncio.Queue()
        self._working: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._recogniser: Recogniser | None = None
        self._answer_limit: asyncio.TimerHandle | None = None
        self._in_turn = False
        self._broken = False
        self._newest_marker = 0
        self._sense: asyncio.Future[PauseSense | None] | None = None
        self._turn_bytes = 0
        self.turn = 0
        """Which turn it is. What is understood says which one it belongs to: it may come after the next has begun."""

    def begin(self, audio: bytes) -> None:
        """Begin a turn with the audio before it was noticed (s16le, 16 kHz)."""
        self._commands = asyncio.Queue()
        self._stop_waiting()
        if self._working is not None:
            self._working.cancel()
        self._in_turn = True
        self.turn += 1
        self._turn_bytes = 0
        self._working = asyncio.create_task(self._work(self.turn, self._commands, self._working))
        self.hear(audio)

    def hear(self, audio: bytes) -> None:
        """Pass on more of the turn's audio."""
        if self._commands.qsize() >= _BACKLOG_LIMIT:
            self._fail("it does not keep up")
        elif self._in_turn:
            self._turn_bytes += len(audio)
            self._commands.put_nowait(lambda recogniser: recogniser.hear(audio))

    def mark(self, marker: int) -> asyncio.Future[PauseSense | None]:
        """Ask for the words up to here; the answer to an older marker is not wanted any more.

        Returns:
            What the recogniser itself believes of the pause, once it has answered: None from one that says nothing of
            pauses, cancelled when no answer will come or be wanted.
        """
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        sense: asyncio.Future[PauseSense | None] = loop.create_future()
        if not self._in_turn:
            sense.cancel()
            self._tell(TranscriberFailed("it failed earlier in this turn"))
            return sense
        self._newest_marker = marker
        self._sense = sense
        self._commands.put_nowait(lambda recogniser: recogniser.mark(marker))
        limit_s = ANSWER_LIMIT_S + _SLOWEST_REAL_TIME_FACTOR * self._turn_bytes / _BYTES_PER_SECOND
        self._answer_limit = loop.call_later(limit_s, self._fail, f"no answer within {limit_s:.0f} s")
        return sense

    def end(self) -> None:
        """End the turn: the connection may stay, and its failure does not matter until the next one."""
        self._in_turn = False
        self._stop_waiting()
        if self._recogniser is not None and self._recogniser.serves_one_turn:
            self._leave()

    async def close(self) -> None:
        """Hang up for good."""
        self.end()
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait({self._working})
        await self._hang_up()

    async def _work(self, turn: int, commands: asyncio.Queue[_Command], before: asyncio.Task[None] | None) -> None:
        """Do one turn's commands in order."""
        try:
            if before is not None:
                await asyncio.wait({before})
            recogniser = await self._open()
            await recogniser.begin(turn)
            while True:
                command = await commands.get()
                await command(recogniser)
        except _FAULTS as fault:
            self._fail(describe_fault(fault))

    async def _open(self) -> Recogniser:
        recogniser, listening = self._recogniser, self._listening
        if recogniser is None or listening is None or listening.done() or self._broken or recogniser.serves_one_turn:
            await self._hang_up()
            self._broken = False
            self._recogniser = recogniser = await Recogniser.open(self._settings)
            self._listening = asyncio.create_task(self._listen(recogniser))
        return recogniser

    async def _listen(self, recogniser: Recogniser) -> None:
        try:
            await recogniser.listen(self._answered, self._tell)
        except _FAULTS as fault:
            self._fail(describe_fault(fault))

    def _answered(self, answer: Answer) -> None:
        self._tell(Transcribed(answer.marker, answer.transcript))
        if answer.marker == self._newest_marker:
            if self._sense is not None and not self._sense.done():
                self._sense.set_result(answer.sense)
            self._stop_waiting()

    def _fail(self, reason: str) -> None:
        self._stop_waiting()
        if self._in_turn:
            self._in_turn = False
            self._broken = True
            self._leave()
            self._tell(TranscriberFailed(reason))

    def _leave(self) -> None:
        """Hang up without anybody waiting for it: a recogniser has better things to do than to wait for us."""
        if self._working is not None:
            self._working.cancel()
        self._working = asyncio.create_task(self._hang_up_after(self._working))

    def _stop_waiting(self) -> None:
        if self._sense is not None:
            self._sense.cancel()
            self._sense = None
        if self._answer_limit is not None:
            self._answer_limit.cancel()
            self._answer_limit = None

    async def _hang_up_after(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self._hang_up()

    async def _hang_up(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
            self._listening = None
        if self._recogniser is not None:
            with contextlib.suppress(*_FAULTS):
                await self._recogniser.close()
            self._recogniser = None
