"""A recogniser that hears nothing and answers what the test says, in moshi-server's protocol."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import msgpack
from fake_life import Life, Stop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response


@dataclass(slots=True)
class Utterance:
    """What came between two Inits."""

    samples: list[float] = field(default_factory=list)
    markers: list[int] = field(default_factory=list)


def _nothing(_utterance: int, _marker: int) -> str:
    return ""


@dataclass(slots=True)
class FakeRecogniser:
    """Answers every marker with the whole utterance, as Whisper does where it changed its mind.

    Attributes:
        answer: text for (which utterance, which marker in it), both counted from 0.
        delay_s: how long an answer takes; a newer marker or Init supersedes it.
        error: sent instead of an answer.
        life: when it dies: at this "sample" of an utterance, instead of answering the "marker" with this number in
            all, or before the "word" with this number of an answer.
    """

    answer: Callable[[int, int], str] = _nothing
    delay_s: float = 0.0
    error: str | None = None
    life: Life = field(default_factory=Life)
    utterances: list[Utterance] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    credentials: list[str | None] = field(default_factory=list)

    def says(self, *texts: str) -> None:
        """Answer the first marker with the first text, the second with the second, whatever utterance they are in."""
        self.answer = lambda _utterance, _marker: texts[sum(len(each.markers) for each in self.utterances) - 1]

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Serve on 127.0.0.1 until the context ends."""

        async def start() -> Stop:
            server = await serve(self._converse, "127.0.0.1", port, compression=None, process_request=self._admit)

            async def stop() -> asyncio.Future[None]:
                # The port at once; what websockets does beside that takes until everybody has hung up.
                server.server.close()
                for connection in server.connections:
                    connection.transport.abort()
                server.close()
                return asyncio.ensure_future(server.wait_closed())

            return stop

        async with self.life.lived(start):
            yield

    async def hang_up(self) -> None:
        """Close every connection."""
        for connection in self.connections:
            await connection.close()

    def _admit(self, connection: ServerConnection, _request: Request) -> Response | None:
        return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "") if self.life.refuses_now() else None

    async def _converse(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await self._answer_all(connection)

    async def _answer_all(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        self.credentials.append(connection.request.headers.get("kyutai-api-key") if connection.request else None)
        answering: asyncio.Task[None] | None = None
        async for data in connection:
            message = msgpack.unpackb(data)
            if message["type"] in {"Init", "Marker"} and answering is not None:
                answering.cancel()
            if message["type"] == "Init":
                self.utterances.append(Utterance())
                await _send(connection, {"type": "Ready"})
            elif message["type"] == "Audio":
                self.utterances[-1].samples.extend(message["pcm"])
                if self.life.is_due("sample", len(self.utterances[-1].samples)):
                    await self.life.end()
            elif message["type"] == "Marker":
                self.utterances[-1].markers.append(message["id"])
                answering = asyncio.create_task(self._answer(connection, message["id"]))

    async def _answer(self, connection: ServerConnection, marker: int) -> None:
        text = self.answer(len(self.utterances) - 1, len(self.utterances[-1].markers) - 1)
        await asyncio.sleep(self.delay_s)
        if self.life.is_due("marker", sum(len(each.markers) for each in self.utterances) - 1):
            await self.life.end()
            return
        if self.error is not None:
            await _send(connection, {"type": "Error", "message": self.error})
            return
        for index, word in enumerate(text.split()):
            if self.life.is_due("word", index):
                await self.life.end()
                return
            await _send(connection, {"type": "Word", "text": word, "start_time": 0.3 * index})
            await _send(connection, {"type": "EndWord", "stop_time": 0.3 * index + 0.2})
        if self.life.is_due("word", len(text.split())):
            await self.life.end()
            return
        await _send(connection, {"type": "Marker", "id": marker})


async def _send(connection: ServerConnection, message: dict[str, object]) -> None:
    await connection.send(msgpack.packb(message))
