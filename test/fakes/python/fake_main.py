"""What main is to the conversation: sends audio, reads messages and the reply."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

# Its classes are made from a description when it is imported, so mypy does not see them: the ignores below.
from pipecat.frames.protobufs import frames_pb2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

RATE_HZ = 16_000
CHUNK_BYTES = RATE_HZ // 10 * 2
CHUNK_MS = 100
LIVE_CHUNK_MS = 20
SILENCE_AFTER_S = 4.0
LIMIT_S = 60.0
_LOOK_ELSEWHERE_S = 0.05

Message = dict[str, Any]


@dataclass(slots=True)
class FakeMain:
    """One connection.

    Attributes:
        told: the server messages of ours.
        stock: all others, by RTVI's own types.
        audio: all that was spoken.
        arrived: the type of every message of ours, and "audio", in order.
    """

    connection: ClientConnection
    told: list[Message] = field(default_factory=list)
    stock: list[Message] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    arrived: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    heard_ms: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _unsaid: bytearray = field(default_factory=bytearray)

    @classmethod
    @asynccontextmanager
    async def connected(cls, port: int, token: str, pace: str = "lockstep") -> AsyncIterator["FakeMain"]:
        """Connect, shake hands, and read in the background until the context ends."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"ws://127.0.0.1:{port}/ws?pace={pace}"
        async with connect(url, additional_headers=headers, compression=None, proxy=None) as connection:
            main = cls(connection)
            reading = asyncio.create_task(main.read())
            await main.send("client-ready", {"version": "2.2.0", "about": {"library": "earshot"}})
            await main.until(lambda: main.stock_types().count("bot-ready") == 1)
            yield main
            await connection.close()
            await reading

    async def read(self) -> None:
        """Sort what comes until the connection ends."""
        while (data := await self._receive()) is not None:
            frame = frames_pb2.Frame.FromString(data)  # type: ignore[attr-defined]  # protobuf makes its classes at run time
            match frame.WhichOneof("frame"):
                case "audio":
                    assert (frame.audio.sample_rate, frame.audio.num_channels) == (24_000, 1)
                    self.audio += frame.audio.audio
                    self.arrived.append("audio")
                case "message":
                    self._sort(json.loads(frame.message.data))
            self._changed.set()

    async def send(self, kind: str, data: Message) -> None:
        """Send an RTVI message."""
        message = {"label": "rtvi-ai", "type": kind, "id": kind, "data": data}
        frame = frames_pb2.Frame(message=frames_pb2.MessageFrame(data=json.dumps(message)))  # type: ignore[attr-defined]  # protobuf makes its classes at run time
        await self.connection.send(frame.SerializeToString())

    async def ask(self, text: str) -> None:
        """Ask in writing, as a turn of its own."""
        await self.send("send-text", {"content": text})

    async def request(self, kind: str, data: Message | None = None) -> Message:
        """Send a message of ours and return RTVI's response to it."""
        before = len(self.stock)
        await self.send("client-message", {"t": kind, "d": data})
        await self.until(lambda: any(map(_is_response, self.stock[before:])))
        return next(filter(_is_response, self.stock[before:]))

    async def hear(self, audio: bytes) -> None:
        """Send audio as it is: s16le, 16 kHz, mono."""
        frame = frames_pb2.Frame(  # type: ignore[attr-defined]  # protobuf makes its classes at run time
            audio=frames_pb2.AudioRawFrame(audio=audio, sample_rate=RATE_HZ, num_channels=1)  # type: ignore[attr-defined]  # protobuf makes its classes at run time
        )
        self.sent_bytes += len(audio)
        await self.connection.send(frame.SerializeToString())

    async def say(self, audio: bytes) -> None:
        """Send audio in lockstep: a tenth of a second, and more when that was heard."""
        for start in range(0, len(audio), CHUNK_BYTES):
            await self.hear(audio[start : start + CHUNK_BYTES])
            sent_ms = self.sent_bytes * 1_000 // (2 * RATE_HZ)
            await self.until(lambda: self.heard_ms >= sent_ms)  # noqa: B023

    async def say_all(self, audio: bytes) -> None:
        """Send audio in lockstep, then silence until its turn is closed or nothing comes for four seconds of it."""
        before = self.closed_turns()
        await self.say(audio)
        for _ in range(int(SILENCE_AFTER_S * 1_000 / CHUNK_MS)):
            if self.closed_turns() > before:
                return
            await self.say(bytes(CHUNK_BYTES))

    @asynccontextmanager
    async def microphone(self) -> AsyncIterator[None]:
        """Send what is said as fast as it is spoken, and silence in between, until the context ends."""
        sending = asyncio.create_task(self._send_by_the_clock())
        yield
        sending.cancel()
        await asyncio.wait({sending})

    async def say_live(self, audio: bytes) -> None:
        """Say something into the microphone; returns once it is said."""
        self._unsaid += audio
        await self.until(lambda: not self._unsaid)

    async def until(self, happened: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
        """Wait until something has been read, or has happened elsewhere."""
        async with asyncio.timeout(limit_s):
            while not happened():
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), _LOOK_ELSEWHERE_S)

    def of(self, kind: str) -> list[Message]:
        """Return our messages of one type."""
        return [message for message in self.told if message["type"] == kind]

    def order(self) -> list[str]:
        """Return the types of our messages in order, `heard` once for any number in a row."""
        return [kind for kind, _ in itertools.groupby(message["type"] for message in self.told)]

    def stock_types(self) -> list[str]:
        """Return the types of RTVI's own messages."""
        return [message["type"] for message in self.stock]

    def closed_turns(self) -> int:
        """Return how many turns got their last message."""
        return len(self.of("turn")) + len(self.of("turn-failed"))

    async def _send_by_the_clock(self) -> None:
        loop = asyncio.get_running_loop()
        size = RATE_HZ * LIVE_CHUNK_MS // 1_000 * 2
        next_s = loop.time()
        while True:
            next_s += LIVE_CHUNK_MS / 1_000
            await asyncio.sleep(next_s - loop.time())
            chunk = bytes(self._unsaid[:size])
            del self._unsaid[:size]
            await self.hear(chunk.ljust(size, bytes(1)))

    async def _receive(self) -> str | bytes | None:
        with suppress(ConnectionClosed):
            return await self.connection.recv()
        return None

    def _sort(self, message: Message) -> None:
        if message["type"] == "server-message":
            self.told.append(message["data"])
            self.arrived.append(message["data"]["type"])
            self.heard_ms = message["data"]["ms"] if message["data"]["type"] == "heard" else self.heard_ms
        else:
            self.stock.append(message)


def _is_response(message: Message) -> bool:
    return message["type"] in {"server-response", "error-response"}
