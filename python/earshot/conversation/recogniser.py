"""One connection to a recogniser: moshi-server's protocol, msgpack over a WebSocket."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import msgpack
import numpy as np
import soxr
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from earshot.conversation.audio import HEARD_RATE_HZ, SPOKEN_RATE_HZ
from earshot.conversation.settings import SpeechToText
from earshot.conversation.words import Words

_FRAME_SAMPLES = 1_920
"""80 ms at 24 kHz: what moshi-server takes as one step."""

_OPEN_TIMEOUT_S = 5
_CLOSE_TIMEOUT_S = 1
_MESSAGE_LIMIT_BYTES = 1 << 20


class RecogniserFailed(Exception):
    """The recogniser said that it cannot go on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything said since the turn began, up to a marker."""

    marker: int
    transcript: str


class Recogniser:
    """An open session. A turn begins with `begin`; what was said before it is forgotten on both sides."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._words = Words()
        self._turns_not_ready = 0
        self._resampler = _resampler()
        self._unsent: list[NDArray[np.float32]] = []

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
        return cls(connection)

    async def begin(self) -> None:
        """Begin a turn. Words still on their way belong to an older one and are ignored."""
        self._words = Words()
        self._turns_not_ready += 1
        self._resampler = _resampler()
        self._unsent = []
        await self._send({"type": "Init"})

    async def hear(self, audio: bytes) -> None:
        """Pass on audio (s16le, 16 kHz), in whole steps of 80 ms; the rest waits for more or for the marker."""
        samples = np.frombuffer(audio, dtype="<i2").astype(np.float32) / 32_768
        self._unsent.append(self._resampler.resample_chunk(samples))
        pending = np.concatenate(self._unsent)
        whole = len(pending) - len(pending) % _FRAME_SAMPLES
        self._unsent = [pending[whole:]]
        if whole:
            await self._send_audio(pending[:whole])

    async def mark(self, marker: int) -> None:
        """Ask for the final words up to here; the last 12 ms stay in the resampler, and they are silent."""
        await self._send_audio(np.concatenate([*self._unsent, np.zeros(0, np.float32)]))
        self._unsent = []
        await self._send({"type": "Marker", "id": marker})

    async def listen(self, answered: Callable[[Answer], None]) -> None:
        """Read until the connection ends; raises RecogniserFailed or websockets' ConnectionClosed."""
        async for message in self._connection:
            self._take(msgpack.unpackb(message), answered)
        raise RecogniserFailed("it closed the connection")

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()

    def _take(self, message: dict[str, object], answered: Callable[[Answer], None]) -> None:
        match message:
            case {"type": "Ready"}:
                # A real moshi-server also says so unasked, right after the handshake.
                self._turns_not_ready = max(0, self._turns_not_ready - 1)
            case {"type": "Error", "message": str(reason)}:
                raise RecogniserFailed(reason)
            case _ if self._turns_not_ready:
                return
            case {"type": "Word", "text": str(text), "start_time": float() | int() as start_s}:
                self._words.add(float(start_s), text)
            case {"type": "Marker", "id": int(marker)}:
                self._words.end_answer()
                answered(Answer(marker, self._words.text()))
            case _:
                return  # Step and EndWord say nothing that is needed here

    async def _send_audio(self, samples: NDArray[np.float32]) -> None:
        if len(samples):
            await self._send({"type": "Audio", "pcm": samples.tolist()})

    async def _send(self, message: dict[str, object]) -> None:
        # moshi-server wants a list of 32-bit floats, not bytes.
        await self._connection.send(msgpack.packb(message, use_single_float=True))


def _resampler() -> soxr.ResampleStream:
    return soxr.ResampleStream(HEARD_RATE_HZ, SPOKEN_RATE_HZ, 1, dtype="float32")
