"""One connection to a recogniser: moshi-server's protocol, msgpack over a WebSocket."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, assert_never

import msgpack
import numpy as np
import soxr
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from earshot.conversation.audio import HEARD_RATE_HZ, SPOKEN_RATE_HZ, STEP_S, STEP_SAMPLES
from earshot.conversation.pause_sense import PauseSense, after_step
from earshot.conversation.recogniser_messages import BadMessage, Failure, MarkerBack, Other, Ready, Step, Word, parse
from earshot.conversation.settings import SpeechToText
from earshot.conversation.silence import Silence
from earshot.conversation.turn_events import Understood
from earshot.conversation.words import Words

_PREFIX_STEPS = 13
"""A second of silence, which Kyutai's 2.6B wants ahead of the first word. Its own clients send it too."""

_OPEN_TIMEOUT_S = 5
_CLOSE_TIMEOUT_S = 1
_MESSAGE_LIMIT_BYTES = 1 << 20


class RecogniserFailed(Exception):
    """The recogniser said that it cannot go on, or nothing that can be understood."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything said since the turn began, up to a marker.

    Attributes:
        sense: what the recogniser believes of the pause; None from one that says nothing of pauses.
    """

    marker: int
    transcript: str
    sense: PauseSense | None


class Recogniser:
    """An open session. A turn begins with `begin`; what was said before it is forgotten on both sides.

    Two kinds of server are on the other side. Whisper recognises when a marker asks it to; the turn's audio goes on
    meanwhile. A streaming one (Kyutai) recognises step by step, and some of them only while audio comes in: such a
    server is sent silence after a marker, and the turn's own audio waits until the marker is back. Silence between the
    pieces of a word would be worse than none. Which kind it is shows in what it sends: only a streaming one tells of
    steps, or words that no marker asked for.
    """

    def __init__(self, connection: ClientConnection, settings: SpeechToText) -> None:
        self._connection = connection
        self._is_foreign = settings.flush == "silence"
        self._needs_silence = self._is_foreign
        self._turn = 0
        self._turns_not_ready = 0
        self._words = Words()
        self._sense: PauseSense | None = None
        self._resampler = _resampler()
        self._unsent: list[NDArray[np.float32]] = []
        self._silence = Silence()
        self._marker: int | None = None
        self._moved = asyncio.Event()
        self._flushing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, settings: SpeechToText) -> Self:
        """Connect; raises OSError, TimeoutError or websockets' InvalidHandshake."""
        connection = await connect(
            settings.url,
            additional_headers={"kyutai-api-key": settings.token},
            max_size=_MESSAGE_LIMIT_BYTES,
            open_timeout=_OPEN_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            compression=None,
            # A recogniser busy with a long turn may miss a ping; an answer that does not come is noticed anyway.
            ping_interval=None,
            # A proxy from the environment has no business between us and an address we were given.
            proxy=None,
        )
        return cls(connection, settings)

    @property
    def serves_one_turn(self) -> bool:
        """Whether the next turn needs another connection.

        On a second Init moshi-server forgets neither the audio it has not taken yet nor the markers it owes, and
        without batches it knows no Init at all. Each open connection also keeps one of its few places.
        """
        return self._needs_silence

    async def begin(self, turn: int) -> None:
        """Begin a turn. Words still on their way belong to an older one and are ignored."""
        self._turn = turn
        self._words = Words()
        self._sense = None
        self._turns_not_ready += 1
        self._resampler = _resampler()
        self._unsent = []
        self._silence = Silence()
        self._marker = None
        await self._send({"type": "Init"})
        if self._is_foreign:
            await self._send_audio(np.zeros(_PREFIX_STEPS * STEP_SAMPLES, np.float32))

    async def hear(self, audio: bytes) -> None:
        """Pass on audio (s16le, 16 kHz), in whole steps of 80 ms; the rest waits for more or for the marker."""
        await self._flushed()
        samples = np.frombuffer(audio, dtype="<i2").astype(np.float32) / 32_768
        self._unsent.append(self._resampler.resample_chunk(samples))
        pending = np.concatenate(self._unsent)
        whole = len(pending) - len(pending) % STEP_SAMPLES
        self._unsent = [pending[whole:]]
        if whole:
            await self._send_audio(pending[:whole])

    async def mark(self, marker: int) -> None:
        """Ask for the final words up to here; the last 12 ms stay in the resampler, and they are silent."""
        await self._flushed()
        rest = np.concatenate([*self._unsent, np.zeros(0, np.float32)])
        self._unsent = []
        # moshi-server counts whole steps only, and would give the marker back before it has taken the rest.
        missing = self._silence.rest_samples(len(rest)) if self._needs_silence else 0
        await self._send_audio(np.concatenate([rest, np.zeros(missing, np.float32)]))
        self._marker = marker
        await self._send({"type": "Marker", "id": marker})
        self._flush_if_needed()

    async def listen(self, answered: Callable[[Answer], None], understood: Callable[[Understood], None]) -> None:
        """Read until the connection ends; raises RecogniserFailed or websockets' ConnectionClosed."""
        try:
            async for message in self._connection:
                self._take(message, answered, understood)
            raise RecogniserFailed("it closed the connection")
        except BadMessage as fault:
            raise RecogniserFailed(str(fault)) from fault
        finally:
            self._end_flush()

    async def close(self) -> None:
        """Hang up."""
        self._end_flush()
        await self._connection.close()

    def _take(
        self, message: str | bytes, answered: Callable[[Answer], None], understood: Callable[[Understood], None]
    ) -> None:
        match parse(message):
            case Ready():
                # Servers also say so unasked, right after the handshake.
                self._turns_not_ready = max(0, self._turns_not_ready - 1)
            case Failure(reason):
                raise RecogniserFailed(reason)
            case _ if self._turns_not_ready:
                return
            case Step(pause):
                self._step(pause)
            case Word(text, start_s):
                is_unasked = self._marker is None
                if is_unasked:
                    self._is_streaming()
                self._words.add(start_s, text)
                if is_unasked:
                    understood(Understood(self._turn, self._words.text()))
            case MarkerBack(marker):
                self._words.end_answer()
                if marker == self._marker:
                    self._end_flush()
                answered(Answer(marker, self._words.text(), self._sense))
            case Other():
                return
            case said:
                assert_never(said)

    def _step(self, pause: float | None) -> None:
        self._silence.stepped()
        if pause is not None:
            self._sense = after_step(self._sense, pause)
        self._is_streaming()
        self._moved.set()

    def _is_streaming(self) -> None:
        self._words.only_adds()
        self._needs_silence = True
        self._flush_if_needed()

    def _flush_if_needed(self) -> None:
        if self._needs_silence and self._marker is not None and self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    def _end_flush(self) -> None:
        self._marker = None
        self._moved.set()

    async def _flushed(self) -> None:
        if self._flushing is not None:
            await asyncio.wait({self._flushing})
            self._flushing = None

    async def _flush(self) -> None:
        """Send silence until the marker is back, as fast as it is heard and never slower than it would sound."""
        steps = self._silence.first_steps()
        # Whoever listens is told of a connection that ends.
        with contextlib.suppress(ConnectionClosed):
            while self._marker is not None:
                self._moved.clear()
                await self._send_audio(np.zeros(steps * STEP_SAMPLES, np.float32))
                try:
                    async with asyncio.timeout(STEP_S):
                        await self._moved.wait()
                except TimeoutError:
                    steps = 1
                else:
                    steps = self._silence.more_steps()

    async def _send_audio(self, samples: NDArray[np.float32]) -> None:
        if len(samples):
            self._silence.sent(len(samples))
            await self._send({"type": "Audio", "pcm": samples.tolist()})

    async def _send(self, message: dict[str, object]) -> None:
        # moshi-server wants a list of 32-bit floats, not bytes.
        await self._connection.send(msgpack.packb(message, use_single_float=True))


def _resampler() -> soxr.ResampleStream:
    return soxr.ResampleStream(HEARD_RATE_HZ, SPOKEN_RATE_HZ, 1, dtype="float32")
