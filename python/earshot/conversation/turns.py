"""The turn being answered: where its time goes, and the one message it ends with."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from earshot.conversation.messages import (
    Asked,
    EngineRole,
    Latency,
    engine_back,
    engine_lost,
    interrupted,
    spoken,
    turn,
    turn_ended,
    turn_failed,
)

_AUDIBLE_PEAK = 20
"""Of 32,768: below it a 16-bit sample is silence to pipecat, and to an ear."""

Tell = Callable[[dict[str, object]], Awaitable[None]]
"""Sends the data of one RTVI server message to main."""


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """A person's turn, just over.

    Attributes:
        transcript: what was said or typed.
        speech_end_ms: when that ended, in audio time.
        asked: whether it was said or typed.
        vad_ms, turn_ms, stt_ms: how long it took to notice the pause, to judge it, and what the words took beyond that;
            nothing of what was typed.
    """

    transcript: str
    speech_end_ms: int
    asked: Asked = "spoken"
    vad_ms: float = 0.0
    turn_ms: float = 0.0
    stt_ms: float = 0.0


@dataclass(slots=True)
class _OpenTurn:
    number: int
    heard: HeardTurn
    ended_s: float
    sentence_s: float | None = None
    audio_s: float | None = None
    interrupted: bool = False


class Turns:
    """Counts turns. At most one is open; each one that was ended is closed by `turn` or by `turn-failed`, never both.

    Args:
        tell: sends a message to main.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._closed: Callable[[bool], None] | None = None
        self._count = 0
        self._open: _OpenTurn | None = None

    def when_closed(self, closed: Callable[[bool], None]) -> None:
        """Call `closed` after every turn's last message; its argument says whether the turn failed."""
        self._closed = closed

    @property
    def is_open(self) -> bool:
        """Whether a turn is being answered, or was interrupted and is not closed yet."""
        return self._open is not None

    @property
    def is_answer_wanted(self) -> bool:
        """Whether anybody still waits for what the engines say."""
        return self._open is not None and not self._open.interrupted

    async def end(self, heard: HeardTurn) -> None:
        """A person's turn is over and is being answered from now on."""
        await self.interrupt()
        await self.close("")
        self._count += 1
        self._open = _OpenTurn(self._count, heard, time.monotonic())
        await self._tell(
            turn_ended(self._count, asked=heard.asked, transcript=heard.transcript, speech_end_ms=heard.speech_end_ms)
        )

    def sentence_ready(self) -> None:
        """The language model has completed a sentence; the first one counts."""
        if self._open is not None and self._open.sentence_s is None:
            self._open.sentence_s = time.monotonic()

    def audio_sent(self, audio: bytes) -> None:
        """Reply audio (s16le) has been handed over; the first that can be heard counts."""
        if self._open is None or self._open.sentence_s is None or self._open.audio_s is not None:
            return
        if np.abs(np.frombuffer(audio, dtype="<i2").astype(np.int32)).max(initial=0) > _AUDIBLE_PEAK:
            self._open.audio_s = time.monotonic()

    async def words_spoken(self, reply: str) -> None:
        """So much of the reply has been spoken by now; nobody is told of an interrupted one until it is closed."""
        if self._open is not None and not self._open.interrupted:
            await self._tell(spoken(self._open.number, reply))

    async def interrupt(self) -> None:
        """A person asks again or wants no answer; the turn is closed once what was spoken of its reply is known."""
        if self._open is not None and not self._open.interrupted:
            self._open.interrupted = True
            await self._tell(interrupted())

    async def close(self, reply: str) -> None:
        """The reply has been spoken, or as much of it as an interruption allowed."""
        if self._open is None:
            return
        closing, self._open = self._open, None
        heard = closing.heard
        await self._tell(
            turn(
                closing.number,
                asked=heard.asked,
                transcript=heard.transcript,
                reply=reply,
                interrupted=closing.interrupted,
                speech_end_ms=heard.speech_end_ms,
                latency=_latency(closing),
            )
        )
        self._notify(failed=False)

    async def engine_lost(self, service: EngineRole) -> None:
        """An engine failed, and the turn being answered waits for it."""
        if self._open is not None and not self._open.interrupted:
            await self._tell(engine_lost(self._open.number, service))

    async def engine_back(self, service: EngineRole, waited_ms: int) -> None:
        """The engine that the turn has waited for answers."""
        if self._open is not None and not self._open.interrupted:
            await self._tell(engine_back(self._open.number, service, waited_ms))

    async def fail_unheard(self, message: str) -> None:
        """The recogniser failed before the words of a turn were known."""
        self._count += 1
        await self._tell(turn_failed(self._count, "stt", message))

    async def fail(self, service: EngineRole, message: str) -> None:
        """An engine failed while the turn was being answered."""
        if self._open is None:
            return
        closing, self._open = self._open, None
        await self._tell(turn_failed(closing.number, service, message))
        self._notify(failed=True)

    def _notify(self, *, failed: bool) -> None:
        if self._closed is not None:
            self._closed(failed)


def _latency(closing: _OpenTurn) -> Latency | None:
    """Split the time to the first sound; None when there was none."""
    if closing.sentence_s is None or closing.audio_s is None:
        return None
    return Latency(
        vad_ms=closing.heard.vad_ms,
        turn_ms=closing.heard.turn_ms,
        stt_ms=closing.heard.stt_ms,
        llm_ms=(closing.sentence_s - closing.ended_s) * 1_000,
        tts_ms=(closing.audio_s - closing.sentence_s) * 1_000,
    )
