"""Keeps a recogniser at hand: opens it when needed, notices when it fails, opens it again for the next turn."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from websockets.exceptions import WebSocketException

from earshot.conversation.faults import describe_fault
from earshot.conversation.recogniser import Answer, Recogniser, RecogniserFailed
from earshot.conversation.settings import SpeechToText
from earshot.conversation.turn_taking import Transcribed, TranscriberFailed

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

    def __init__(self, settings: SpeechToText, tell: Callable[[Transcribed | TranscriberFailed], None]) -> None:
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
        self._turn_bytes = 0

    def begin(self, audio: bytes) -> None:
        """Begin a turn with the audio before it was noticed (s16le, 16 kHz)."""
        self._commands = asyncio.Queue()
        self._stop_waiting()
        if self._working is not None:
            self._working.cancel()
        self._in_turn = True
        self._turn_bytes = 0
        self._working = asyncio.create_task(self._work(self._commands, self._working))
        self.hear(audio)

    def hear(self, audio: bytes) -> None:
        """Pass on more of the turn's audio."""
        if self._commands.qsize() >= _BACKLOG_LIMIT:
            self._fail("it does not keep up")
        elif self._in_turn:
            self._turn_bytes += len(audio)
            self._commands.put_nowait(lambda recogniser: recogniser.hear(audio))

    def mark(self, marker: int) -> None:
        """Ask for the words up to here; the answer to an older marker is not wanted any more."""
        self._stop_waiting()
        if not self._in_turn:
            self._tell(TranscriberFailed("it failed earlier in this turn"))
            return
        self._newest_marker = marker
        self._commands.put_nowait(lambda recogniser: recogniser.mark(marker))
        loop = asyncio.get_running_loop()
        limit_s = ANSWER_LIMIT_S + _SLOWEST_REAL_TIME_FACTOR * self._turn_bytes / _BYTES_PER_SECOND
        self._answer_limit = loop.call_later(limit_s, self._fail, f"no answer within {limit_s:.0f} s")

    def end(self) -> None:
        """End the turn: the connection stays, and its failure does not matter until the next one."""
        self._in_turn = False
        self._stop_waiting()

    async def close(self) -> None:
        """Hang up for good."""
        self.end()
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait({self._working})
        await self._hang_up()

    async def _work(self, commands: asyncio.Queue[_Command], before: asyncio.Task[None] | None) -> None:
        """Do one turn's commands in order."""
        try:
            if before is not None:
                await asyncio.wait({before})
            recogniser = await self._open()
            await recogniser.begin()
            while True:
                command = await commands.get()
                await command(recogniser)
        except _FAULTS as fault:
            self._fail(describe_fault(fault))

    async def _open(self) -> Recogniser:
        if self._recogniser is None or self._listening is None or self._listening.done() or self._broken:
            await self._hang_up()
            self._broken = False
            self._recogniser = await Recogniser.open(self._settings)
            self._listening = asyncio.create_task(self._listen(self._recogniser))
        return self._recogniser

    async def _listen(self, recogniser: Recogniser) -> None:
        try:
            await recogniser.listen(self._answered)
        except _FAULTS as fault:
            self._fail(describe_fault(fault))

    def _answered(self, answer: Answer) -> None:
        if answer.marker == self._newest_marker:
            self._stop_waiting()
        self._tell(Transcribed(answer.marker, answer.transcript))

    def _fail(self, reason: str) -> None:
        self._stop_waiting()
        if self._in_turn:
            self._in_turn = False
            self._broken = True
            self._tell(TranscriberFailed(reason))

    def _stop_waiting(self) -> None:
        if self._answer_limit is not None:
            self._answer_limit.cancel()
            self._answer_limit = None

    async def _hang_up(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
            self._listening = None
        if self._recogniser is not None:
            with contextlib.suppress(*_FAULTS):
                await self._recogniser.close()
            self._recogniser = None
