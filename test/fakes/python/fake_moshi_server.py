"""A moshi-server without a model: real WebSocket, real messages, and words where the test says.

As the real one does (`rust/moshi-server/src/batched_asr.rs`), it says Ready unasked, takes a step for every 80 ms of
audio and none without audio, writes a word `delay_steps` after it was said, gives a marker back after the same delay,
and on a second Init keeps the audio it has not taken yet.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgpack
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

STEP_SAMPLES = 1_920
KEY = "moshi's key"
_AUDIBLE = 0.001


def _stops_soon(silent_steps: int) -> float:
    return 0.9 if silent_steps >= 5 else 0.1


@dataclass(slots=True)
class Session:
    """One connection.

    Attributes:
        samples: all audio that came, silence included.
        order: "audio" for what can be heard, "silence", and markers, in the order they came.
        markers, inits: what was asked.
        has_ended: the client has hung up, or we have.
    """

    connection: ServerConnection
    samples: list[float] = field(default_factory=list)
    order: list[str | int] = field(default_factory=list)
    markers: list[int] = field(default_factory=list)
    inits: int = 0
    has_ended: bool = False
    taken: int = 0
    steps: int = 0
    audible_steps: int = 0
    silent_steps: int = 0
    word_is_open: bool = False
    due_words: list[tuple[int, str]] = field(default_factory=list)
    due_markers: list[tuple[int, int]] = field(default_factory=list)
    unsaid: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class FakeMoshiServer:
    """Hears how much can be heard, and nothing else.

    Attributes:
        script: words by the audible step (80 ms) in which each is said, anew for every connection.
        delay_steps: 6 is Kyutai's 1B, 32 its 2.6B.
        pause: what `prs[2]` says after so many silent steps.
        tells_steps: the 2.6B does not.
        step_s: how long a step takes.
        error: sent instead of the first Ready.
        cuts_in_word: the connection is cut with this word begun and not ended, once.
        garbage: sent once instead of the first step.
    """

    script: list[tuple[int, str]] = field(default_factory=list)
    delay_steps: int = 6
    pause: Callable[[int], float] = _stops_soon
    tells_steps: bool = True
    step_s: float = 0.0
    error: str | None = None
    cuts_in_word: str | None = None
    garbage: bytes | str | None = None
    sessions: list[Session] = field(default_factory=list)
    refused: int = 0

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on 127.0.0.1 until the context ends."""
        async with serve(self._converse, "127.0.0.1", port, compression=None, process_request=self._admit):
            yield

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("kyutai-api-key") == KEY:
            return None
        self.refused += 1
        return connection.respond(HTTPStatus.UNAUTHORIZED, "")

    async def _converse(self, connection: ServerConnection) -> None:
        session = Session(connection, unsaid=list(self.script))
        self.sessions.append(session)
        arrived: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        with contextlib.suppress(ConnectionClosed):
            if self.error is not None:
                await _send(connection, {"type": "Error", "message": self.error})
                return
            await _send(connection, {"type": "Ready"})
            working = asyncio.create_task(self._work(session, arrived))
            try:
                async for data in connection:
                    arrived.put_nowait(msgpack.unpackb(data))
            finally:
                session.has_ended = True
                working.cancel()

    async def _work(self, session: Session, arrived: asyncio.Queue[dict[str, Any]]) -> None:
        """Take one message at a time, as the real one does, and a step whenever there is enough audio for one."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                if arrived.empty() and len(session.samples) - session.taken >= STEP_SAMPLES:
                    await self._step(session)
                else:
                    await self._take(session, await arrived.get())

    async def _take(self, session: Session, message: dict[str, Any]) -> None:
        match message["type"]:
            case "Init":
                session.inits += 1
                session.steps = session.audible_steps = session.silent_steps = 0
                session.unsaid, session.due_words = list(self.script), []
                await _send(session.connection, {"type": "Ready"})
            case "Audio":
                session.samples += message["pcm"]
                _note(session.order, "audio" if _is_audible(message["pcm"]) else "silence")
            case "Marker":
                session.markers.append(message["id"])
                session.order.append(message["id"])
                waiting = (len(session.samples) - session.taken) // STEP_SAMPLES
                session.due_markers.append((session.steps + self.delay_steps + waiting, message["id"]))

    async def _step(self, session: Session) -> None:
        await asyncio.sleep(self.step_s)
        step = session.samples[session.taken : session.taken + STEP_SAMPLES]
        session.taken += STEP_SAMPLES
        session.steps += 1
        if _is_audible(step):
            session.audible_steps += 1
            session.silent_steps = 0
        else:
            session.silent_steps += 1
        while session.unsaid and session.unsaid[0][0] <= session.audible_steps:
            session.due_words.append((session.steps + self.delay_steps, session.unsaid.pop(0)[1]))
        if self.garbage is not None:
            garbage, self.garbage = self.garbage, None
            await session.connection.send(garbage)
        if self.tells_steps:
            pauses = [0.0, 0.0, self.pause(session.silent_steps), 0.0]
            await _send(
                session.connection, {"type": "Step", "step_idx": session.steps, "prs": pauses, "buffered_pcm": 0}
            )
        await self._tell_what_is_due(session)

    async def _tell_what_is_due(self, session: Session) -> None:
        connection, now_s = session.connection, (session.steps - self.delay_steps) * 0.08
        while session.due_words and session.due_words[0][0] <= session.steps:
            word = session.due_words.pop(0)[1]
            if session.word_is_open:
                await _send(connection, {"type": "EndWord", "stop_time": now_s})
            await _send(connection, {"type": "Word", "text": word, "start_time": now_s})
            session.word_is_open = True
            if word == self.cuts_in_word:
                self.cuts_in_word = None
                connection.transport.abort()
        while session.due_markers and session.due_markers[0][0] <= session.steps:
            await _send(connection, {"type": "Marker", "id": session.due_markers.pop(0)[1]})


def _is_audible(samples: list[float]) -> bool:
    return any(abs(sample) > _AUDIBLE for sample in samples)


def _note(order: list[str | int], what: str) -> None:
    if not order or order[-1] != what:
        order.append(what)


async def _send(connection: ServerConnection, message: dict[str, object]) -> None:
    await connection.send(msgpack.packb(message, use_single_float=True))
